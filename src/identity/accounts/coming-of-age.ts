/** Tells both sides, once, when the age of a child narrows or ends what parents may do. Any number of processes may run it. */
import type { Clock } from '../../fhir/clock.js';
import type { AgeSettings } from '../../fhir/proxy-standing.js';
import { ageChanged, PROXY_AGES } from '../../portal/proxy-age.js';
import { step } from '../../portal/step.js';
import type { Records } from '../../store/port.js';
import type { AccountWriter } from './account-writer.js';

export interface ComingOfAgeParts {
  readonly records: Pick<Records, 'lease'>;
  readonly writer: AccountWriter;
  readonly clock: Clock;
  readonly settings: () => Promise<AgeSettings>;
}

/** Milliseconds: longer than a relation takes. */
const LEASE = 60_000;
export const RELATIONS_AT_ONCE = 20;

/** One round: the relations whose moment has come. Resolves with their number. */
export async function comeOfAge({ records, writer, clock, settings }: ComingOfAgeParts): Promise<number> {
  const now = clock.now();
  const leased = await records.lease(PROXY_AGES, now, now + LEASE, RELATIONS_AT_ONCE);
  for (const { kind, id } of leased) {
    await writer.commit<undefined>('a child has come of age', async () => {
      const record = await writer.reader.document(kind, id);
      const changes = record ? await ageChanged(record, writer.reader, await settings(), clock.now()) : step({});
      return { step: changes, value: undefined };
    });
  }
  return leased.length;
}
