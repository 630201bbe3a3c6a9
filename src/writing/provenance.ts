/** The X-Provenance header: a Provenance of what this request writes, in the same commit. https://hl7.org/fhir/R4/provenance.html#header */
import { Fault } from '../fhir/fault.js';
import { parseJson } from '../fhir/json.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Context } from '../service.js';
import type { Put } from '../store/port.js';

/** The Provenance to store with this version, if one was sent. Faults: `invalid`, and those of any create. */
export function provenanceOf(context: Context, { key, version }: Put): Put | undefined {
  const header = context.request.headers['x-provenance'];
  if (header === undefined) return undefined;
  const { services, endpoint } = context;
  if (!endpoint.resources.get('Provenance')?.interactions.has('create')) {
    throw refused('This endpoint keeps no Provenance.', 'not-supported');
  }
  const sent = parseJson(header, services.limits.maxDepth) as JsonObject | null;
  if (sent?.['resourceType'] !== 'Provenance')
    throw refused('X-Provenance must hold a Provenance as JSON.', 'structure');
  if ('target' in sent) throw refused('A Provenance in X-Provenance has no target: it is what is written.', 'value');
  const target = [{ reference: `${key.type}/${key.id}/_history/${version}` }];
  const resource: Resource = { ...sent, resourceType: 'Provenance', id: services.ids.next(), target };
  return services.put({ resource, method: 'POST' }, context);
}

const refused = (message: string, code: string): Fault => new Fault('invalid', message, { code });
