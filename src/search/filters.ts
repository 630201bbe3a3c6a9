/** Builds query trees in their shortest form. */
import type { Filter } from './query.js';

export const ALL: Filter = { kind: 'all' };
export const NONE: Filter = { kind: 'none' };

/** All of these. */
export function and(filters: readonly Filter[]): Filter {
  const parts = filters.flatMap(filter => (filter.kind === 'and' ? filter.of : filter.kind === 'all' ? [] : [filter]));
  if (parts.some(part => part.kind === 'none')) return NONE;
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? ALL : { kind: 'and', of: parts };
}

/** Any of these. */
export function or(filters: readonly Filter[]): Filter {
  const parts = filters.flatMap(filter => (filter.kind === 'or' ? filter.of : filter.kind === 'none' ? [] : [filter]));
  if (parts.some(part => part.kind === 'all')) return ALL;
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? NONE : { kind: 'or', of: parts };
}

export function not(filter: Filter): Filter {
  if (filter.kind === 'not') return filter.of;
  return filter.kind === 'all' ? NONE : filter.kind === 'none' ? ALL : { kind: 'not', of: filter };
}

/** What does not satisfy the filter, with `not` moved down to the single conditions (De Morgan). */
export function negated(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
      return or(filter.of.map(negated));
    case 'or':
      return and(filter.of.map(negated));
    default:
      return not(filter);
  }
}
