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
  const line = ((definition['resource'] ?? []) as JsonObject[]).find(one => one['code'] === type);
  const codes = ((line?.['param'] ?? []) as string[]).filter(code => registry.get(type, code));
  const of: Filter[] = codes.map(code => ({
    kind: 'posting',
    key: baseKey(type, code) + referenceForm(`${focus}/${id}`),
  }));
  // What a compartment is about is its first member, next to those of its type that link to it.
  if (type === focus) of.unshift({ kind: 'id', ids: [id] });
  return of.length === 0 ? undefined : { kind: 'or', of };
}
