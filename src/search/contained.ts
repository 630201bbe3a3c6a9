/**
 * Contained resources as what is searched. Each is found by entries of its own, whose keys begin with `#` and its type; stores
 * keep it as a row beside its container (contained-rows.ts). Nothing but `_contained` and chains leads to it.
 * https://hl7.org/fhir/R4/search.html#contained
 */
import { isObject, type Resource } from '../fhir/resource.js';
import { and, NONE, not, or } from './filters.js';
import { anyForm, baseKey, chainKey, insideKey, linkKey } from './keys.js';
import type { Filter } from './query.js';
import { itemsOf } from './types/type.js';

const MARK = '#';

/** The type of rows that are contained resources of this type. */
export const containedType = (type: string): string => MARK + type;

export const isContainedType = (type: string): boolean => type.startsWith(MARK);

/** The type of resource that a row is. */
export const plainType = (type: string): string => (isContainedType(type) ? type.slice(MARK.length) : type);

/** The id of a contained resource's row: `MedicationRequest/23#m1`. */
export const containedName = (container: string, id: string): string => `${container}#${id}`;

/** `Type/id` of the container of such a row. */
export const containerOf = (name: string): string => name.slice(0, name.indexOf('#'));

/** What a contained resource refers to its container by: a chain of this key leads there. */
export const containerKey = (type: string): string => chainKey(baseKey(containedType(type), '~of'));

/** What a contained resource carries for a posting of its container's, or for the container's type. */
export const inContainer = (type: string, posting: string): string =>
  `${baseKey(containedType(type), '~in')}|${posting}`;

/** The contained resources that a reference can name, each with all of them, since it may refer to the others. */
export function containedIn(resource: Resource): Resource[] {
  const { contained } = resource;
  return itemsOf(contained)
    .filter(one => isObject(one) && typeof one['resourceType'] === 'string')
    .map(one => ({ ...(one as Resource), contained: contained! }));
}

/** The condition on a container that the references of this parameter lead to a contained resource that satisfies `where`. */
export function containedFilter(paramKey: string, type: string, where: Filter): Filter {
  const inside = insideFilter(type, where);
  if (inside.kind === 'none') return NONE;
  return { kind: 'refers', key: linkKey(paramKey), type: containedType(type), where: inside };
}

/** The condition on resources of a type, as one on contained resources of that type. */
export function insideFilter(type: string, where: Filter): Filter {
  const inside = (filter: Filter): Filter => insideFilter(type, filter);
  switch (where.kind) {
    case 'and':
      return and(where.of.map(inside));
    case 'or':
      return or(where.of.map(inside));
    case 'not':
      return not(inside(where.of));
    case 'posting':
      // A chain that is still open (open-chains.ts) has no key yet.
      return where.key === '' ? NONE : { ...where, key: insideKey(where.key) };
    case 'range':
    case 'text':
    case 'refers':
      return { ...where, key: insideKey(where.key) };
    case 'id':
      return or(where.ids.map(id => ({ kind: 'posting', key: insideKey(baseKey(type, '_id') + anyForm(id)) })));
    case 'referred':
      // The container, or another contained resource of its, refers to it.
      return { ...where, key: linkKey(where.key.slice(0, -1)), own: containedType(where.own) };
    default:
      return where;
  }
}
