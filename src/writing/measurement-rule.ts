/** The portal's rule for Observations: what patients and proxies enter, and what stays the organization's. */
import type { Observation } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.js';
import { entered, withoutEnterer } from '../portal/measurement.js';
import type { Context, WriteRule } from '../service.js';
import type { PortalRuleParts } from './portal-rule-parts.js';

const toObservation = (resource: Resource): Observation => resource as unknown as Observation;
const toResource = (observation: Observation): Resource => observation as unknown as Resource;

export const measurementRule =
  ({ clock, ids, definitions: { own }, configuration, measured }: PortalRuleParts): WriteRule =>
  async (resource, previous, { actor, endpoint }) => {
    const draft = toObservation(resource);
    if (actor.kind !== 'patient') return { resource: toResource(withoutEnterer(draft, own)) };
    measured(`${actor.subject} ${deviceOf(draft, actor)}`);
    const categories = (await configuration())['measurement-category'];
    const parts = { clock, ids, own, categories, by: actor, base: endpoint.url };
    const { measurement, step } = entered(draft, previous && toObservation(previous), parts);
    return { resource: toResource(measurement), step };
  };

/** The device that measured, as far as it has a name; else the app. */
function deviceOf({ device }: Observation, { clientId }: Context['actor']): string {
  const { system = '', value } = device?.identifier ?? {};
  return device?.reference ?? (value === undefined ? clientId : `${system}|${value}`);
}
