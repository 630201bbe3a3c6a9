/** Patients that come by a bulk load mean the same for the portal as those that come one by one. */
import type { Endpoint } from '../definitions/endpoint.js';
import type { Resource } from '../fhir/resource.js';
import { step, type Step } from '../portal/step.js';
import { ALL } from '../search/filters.js';
import type { HandlerParts } from '../service.js';
import type { Store } from '../store/port.js';
import { patientConsequences } from './patient-rule.js';
import { workflowReader } from './workflow-reader.js';

type Parts = Pick<HandlerParts, 'records' | 'registry' | 'limits' | 'definitions' | 'clock' | 'ids' | 'random'> & {
  /** The bare store. */
  readonly store: Store;
};

/** What a loaded resource means for the portal; nothing, but for Patients of an endpoint with workflows. */
export type ConsequencesOfLoad = (resource: Resource, previous: Resource | undefined) => Promise<Step>;

export function consequencesOfLoad(parts: Parts, { partition, url, workflows }: Endpoint): ConsequencesOfLoad {
  const { definitions, clock, limits, store } = parts;
  const deadline = (): number => clock.now() + limits.searchTimeout;
  const all = workflowReader({ ...parts, own: definitions.own, partition, base: url, deadline });
  const accounts = { partition, of: [{ type: 'Person', where: ALL }] };
  return async (resource, previous) => {
    if (!workflows || resource.resourceType !== 'Patient') return step({});
    // The first load of all comes before the first account: no record can be a member's.
    const isFirst = !previous && (await store.count({ ...accounts, deadline: deadline() }, 1)) === 0;
    return isFirst ? step({}) : patientConsequences(resource, previous, () => all, parts);
  };
}
