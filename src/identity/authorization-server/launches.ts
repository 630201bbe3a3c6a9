/** Launches that trusted systems announced (Patient/$launch), as the authorization server uses them. */
import type { Clock } from '../../fhir/clock.js';
import { secretHash } from '../../fhir/secret.js';
import { LAUNCH, launchIn } from '../../portal/launch.js';
import type { Records } from '../../store/port.js';
import type { Launches } from './interaction-parts.js';

export const launchesIn = (records: Pick<Records, 'get' | 'take'>, clock: Clock): Launches => ({
  find: async handle => {
    const document = await records.get(LAUNCH, secretHash(handle), clock.now());
    return document && launchIn(document);
  },
  take: async handle => {
    const document = await records.take(LAUNCH, secretHash(handle), clock.now());
    return document && launchIn(document);
  },
});
