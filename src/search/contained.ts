/**
 * Chains into contained resources. What a contained resource is found by stands among its container's own entries, behind
 * the key of the reference that leads to it: `MedicationRequest|medication>Medication|code|=x`.
 * https://hl7.org/fhir/R4/search.html#contained
 */
import { isObject, type Resource } from '../fhir/resource.js';
import { and, NONE, not, or } from './filters.js';
import { typePosting, type Filter } from './query.js';
import { itemsOf } from './types/type.js';

/** Contained resources that refer to one another are followed so far. */
export const MAX_CONTAINED_DEPTH = 3;

/** What the entries of the contained resources behind a reference parameter begin with. */
export const containedKey = (paramKey: string): string => `${paramKey}>`;

/** The contained resources, each with all of them, since it may refer to the others. */
export function containedIn(resource: Resource): Resource[] {
  const { contained } = resource;
  return itemsOf(contained)
    .filter(one => isObject(one) && typeof one['resourceType'] === 'string')
    .map(one => ({ ...(one as Resource), contained: contained! }));
}

/** The condition on a container that the references of this parameter lead to a contained resource that satisfies `where`. */
export function containedFilter(paramKey: string, type: string, where: Filter): Filter {
  const start = containedKey(paramKey);
  const inside = within(start, where);
  return isPostings(inside) ? inside : and([{ kind: 'posting', key: start + typePosting(type) }, inside]);
}

const isPostings = (filter: Filter): boolean =>
  filter.kind === 'posting' || (filter.kind === 'or' && filter.of.every(isPostings));

/** The same condition on entries behind this start. A contained resource has no address and no time of its own. */
function within(start: string, filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
      return and(filter.of.map(part => within(start, part)));
    case 'or':
      return or(filter.of.map(part => within(start, part)));
    case 'not':
      return not(within(start, filter.of));
    case 'posting':
      // A chain that is still open (open-chains.ts) has no key yet.
      return filter.key === '' ? NONE : { ...filter, key: start + filter.key };
    case 'range':
    case 'text':
    case 'refers':
      return { ...filter, key: start + filter.key };
    case 'id':
    case 'updated':
    case 'referred':
      return NONE;
    case 'all':
    case 'none':
      return filter;
  }
}
