/** Membership in a compartment as a filter. https://hl7.org/fhir/R4/compartmentdefinition.html */
import type { JsonObject, Resource } from '../fhir/resource.js';
import { baseKey, referenceForm } from './keys.js';
import type { Filter } from './query.js';
import type { SearchRegistry } from './registry.js';

/** The filter for members of one type, or undefined if the type cannot be in this compartment. */
export function compartmentFilter(
  registry: SearchRegistry,
  definition: Resource,
  type: string,
  id: string,
): Filter | undefined {
  const focus = String(definition['code']);
  if (type === focus) return { kind: 'id', ids: [id] };
  const line = ((definition['resource'] ?? []) as JsonObject[]).find(one => one['code'] === type);
  const codes = ((line?.['param'] ?? []) as string[]).filter(code => registry.get(type, code));
  if (codes.length === 0) return undefined;
  return {
    kind: 'or',
    of: codes.map(code => ({ kind: 'posting', key: baseKey(type, code) + referenceForm(`${focus}/${id}`) })),
  };
}
