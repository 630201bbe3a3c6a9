/** The X-Provenance header: a Provenance of what this request writes, in the same commit. https://hl7.org/fhir/R4/provenance.html#header */
import { Fault } from '../fhir/fault.js';
import type { Ids } from '../fhir/clock.js';
import { parseJson } from '../fhir/json.js';
import type { JsonObject } from '../fhir/resource.js';
import type { Draft, EndpointStore, ServerLimits } from '../service.js';

export interface ProvenanceParts {
  ids: Ids;
  limits: Pick<ServerLimits, 'maxDepth'>;
}

/** The Provenance of this header, about the version that the draft becomes. Faults: `invalid`, and those of any create. */
export function provenanceDraft(
  { resource: { resourceType: type, id }, previous, expectedReferences }: Draft,
  header: string,
  { endpoint }: EndpointStore,
  { ids, limits }: ProvenanceParts,
): Draft {
  if (!endpoint.resources.get('Provenance')?.interactions.has('create')) {
    throw refused('This endpoint keeps no Provenance.', 'not-supported');
  }
  const sent = parseJson(header, limits.maxDepth) as JsonObject | null;
  if (sent?.['resourceType'] !== 'Provenance')
    throw refused('X-Provenance must hold a Provenance as JSON.', 'structure');
  if ('target' in sent) throw refused('A Provenance in X-Provenance has no target: it is what is written.', 'value');
  const target = [{ reference: `${type}/${id}/_history/${(previous?.version ?? 0) + 1}` }];
  return {
    resource: { ...sent, resourceType: 'Provenance', id: ids.next(), target },
    method: 'POST',
    references: 'enforced',
    expectedReferences: new Set([...(expectedReferences ?? []), `${type}/${id}`]),
  };
}

const refused = (message: string, code: string): Fault => new Fault('invalid', message, { code });
