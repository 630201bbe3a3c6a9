/** `_contained` and `_containedType`: what a search asks of contained resources. https://hl7.org/fhir/R4/search.html#contained */
import { containedType, containerKey, inContainer, insideFilter, plainType } from './contained.js';
import { and, or } from './filters.js';
import { insideKey } from './keys.js';
import { notUnderstood, tooCostly } from './limits.js';
import type { ParsedSearch } from './parse.js';
import type { Filter, Search, Sort } from './query.js';

type Part = Search['of'][number];

/** Types of contained resources whose containers are searched for at once. */
const MOST_TYPES = 20;

/**
 * The search, contained resources in it as far as it asks for them.
 * @param containers types that may contain others
 * @throws Fault `too-costly` for containers of any type; `invalid` for a sort that both sorts of matches do not have
 */
export function withContained(parsed: ParsedSearch, containers: readonly string[]): ParsedSearch {
  if (parsed.contained === undefined) return parsed;
  const inside = parsed.of.map(({ type, where }) => ({ type: containedType(type), where: insideFilter(type, where) }));
  const found = parsed.containedType === 'contained' ? inside : containersOf(inside, containers);
  return {
    ...parsed,
    of: parsed.contained === 'both' ? [...parsed.of, ...found] : found,
    sort: parsed.sort.map(one => sorted(one, parsed)),
  };
}

function containersOf(inside: readonly Part[], containers: readonly string[]): Part[] {
  if (inside.length > MOST_TYPES) {
    throw tooCostly(`Containers of ${MOST_TYPES} types at most are searched for at once; name them by _type.`);
  }
  return containers.map(own => ({ type: own, where: or(inside.map(part => containing(own, part))) }));
}

/** What holds such a contained resource. */
function containing(own: string, { type, where }: Part): Filter {
  const within: Filter = { kind: 'posting', key: inContainer(plainType(type), own) };
  return { kind: 'referred', type, key: containerKey(plainType(type)), own, where: and([within, where]) };
}

/** Values of their own order contained resources where these alone are given. */
function sorted(sort: Sort, { contained, containedType: given }: ParsedSearch): Sort {
  if (!('key' in sort)) return sort;
  if (contained === 'true' && given === 'contained') return { ...sort, key: insideKey(sort.key) };
  throw notUnderstood('_sort', "with '_contained', matches are sorted by _id, _lastUpdated or their main date.");
}
