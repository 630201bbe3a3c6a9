/** What a proxy writes for a patient has a Provenance that names both. https://hl7.org/fhir/R4/provenance.html */
import { isDeepStrictEqual } from 'node:util';
import type { Consent, Provenance } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { instant } from '../fhir/instant.js';
import type { Resource } from '../fhir/resource.js';
import { combined, created, step } from '../portal/step.js';
import type { Context, WriteRule } from '../service.js';

/** @param rule the type's own */
export const actingRule =
  (rule: WriteRule, world: Pick<World, 'ids' | 'clock'>): WriteRule =>
  async (resource, previous, context) => {
    const ruled = await rule(resource, previous, context);
    const patient = patientOf(ruled.resource);
    const who = context.actor.kind === 'patient' ? context.actor.relations?.get(patient) : undefined;
    if (who === undefined || (previous && isSame(previous, ruled.resource))) return ruled;
    const record = recordOf(ruled.resource, { patient, who }, context, world);
    return { ...ruled, step: combined(ruled.step ?? step({}), step({ writes: [created(record)] })) };
  };

/** `Patient/1`, whose own the resource is. */
function patientOf(resource: Resource): string {
  if (resource.resourceType === 'Patient') return `Patient/${resource.id}`;
  return (resource as unknown as Consent).patient?.reference ?? '';
}

const isSame = ({ meta: _before, ...previous }: Resource, { meta: _now, ...resource }: Resource): boolean =>
  isDeepStrictEqual(previous, resource);

function recordOf(
  { resourceType, id }: Resource,
  { patient, who }: { patient: string; who: string },
  { route }: Context,
  { ids, clock }: Pick<World, 'ids' | 'clock'>,
): Provenance {
  const author = { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' };
  const operation = route.interaction === 'create' ? 'CREATE' : 'UPDATE';
  return {
    resourceType: 'Provenance',
    id: ids.next(),
    target: [{ reference: `${resourceType}/${id}` }],
    recorded: instant(clock.now()),
    activity: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: operation }] },
    agent: [{ type: { coding: [author] }, who: { reference: who }, onBehalfOf: { reference: patient } }],
  };
}
