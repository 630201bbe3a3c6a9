/** The portal's configuration: the rule for its writes, and its first version. */
import type { Basic } from 'fhir/r4.js';
import {
  changedSettings,
  configurationIssues,
  configurationOf,
  CONFIGURATION_ID,
  firstConfiguration,
  isConfiguration,
  profileOf,
} from '../configuration/resource.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault, unlessConflict } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import type { WriteRule } from '../service.js';
import { withProfile } from './with-profile.js';
import { createBulk, type BulkParts } from './bulk.js';

const toBasic = (resource: Resource): Basic => resource as unknown as Basic;

/** The portal has one configuration, which stays what it is; its values are judged here, and its changes named for the audit. */
export const configurationRule =
  ({ definitions: { own } }: { definitions: Pick<Definitions, 'own'> }): WriteRule =>
  (resource, previous, context) => {
    const next = toBasic(withProfile(configurationAlone(resource, own), profileOf(own)));
    const issues = configurationIssues(next, own);
    if (issues.length > 0) throw new Fault('unprocessable', 'The configuration has wrong values.', { issues });
    const before = configurationOf(previous && toBasic(previous), own);
    context.details.push(...changedSettings(before, configurationOf(next, own)));
    return Promise.resolve({ resource: next as unknown as Resource });
  };

function configurationAlone(resource: Resource, own: OwnCanonicals): Resource {
  if (isConfiguration(toBasic(resource), own)) return resource;
  throw new Fault('unprocessable', `A Basic is a translation, or Basic/${CONFIGURATION_ID}: each has its code.`, {
    expression: 'Basic.code',
  });
}

/** The configuration stays. */
export function refuseRemovalOfConfiguration(resource: Resource): void {
  if (resource.id !== CONFIGURATION_ID) return;
  throw new Fault('not-supported', 'The configuration of the portal is not deleted.');
}

/** Writes the first version, where there is none; of processes that start together one does it. */
export async function ensureConfiguration(
  parts: BulkParts & { definitions: Pick<Definitions, 'own'> },
  endpoint: Endpoint,
  defaultLanguage: string,
): Promise<void> {
  const [there] = await parts.store.read([{ partition: endpoint.partition, type: 'Basic', id: CONFIGURATION_ID }]);
  if (there) return;
  const bulk = createBulk(parts, endpoint, 'first configuration of the portal');
  const prepared = await bulk.prepare([
    firstConfiguration(parts.definitions.own, defaultLanguage) as unknown as Resource,
  ]);
  const refused = prepared.find(one => one instanceof Fault);
  if (refused) throw refused;
  await bulk.commit(prepared, []).catch(unlessConflict);
}
