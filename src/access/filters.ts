/** Filters of the query tree, put together so that what decides nothing leaves no trace. */
import type { Filter } from '../search/query.js';

export const ALL: Filter = { kind: 'all' };
export const NONE: Filter = { kind: 'none' };

/** Carries one of these postings. */
export const anyPosting = (keys: readonly string[]): Filter => or(keys.map(key => ({ kind: 'posting', key })));

export function and(filters: readonly Filter[]): Filter {
  const of = filters.filter(filter => filter.kind !== 'all');
  if (of.some(filter => filter.kind === 'none')) return NONE;
  return of.length > 1 ? { kind: 'and', of } : (of[0] ?? ALL);
}

export function or(filters: readonly Filter[]): Filter {
  const of = filters.filter(filter => filter.kind !== 'none');
  if (of.some(filter => filter.kind === 'all')) return ALL;
  return of.length > 1 ? { kind: 'or', of } : (of[0] ?? NONE);
}

/** The same filter with `change` applied to every leaf, the innermost first. */
export function mapLeaves(filter: Filter, change: (leaf: Filter) => Filter): Filter {
  switch (filter.kind) {
    case 'and':
      return and(filter.of.map(part => mapLeaves(part, change)));
    case 'or':
      return or(filter.of.map(part => mapLeaves(part, change)));
    case 'not':
      return { kind: 'not', of: mapLeaves(filter.of, change) };
    default:
      return change(filter);
  }
}
