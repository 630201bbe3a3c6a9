/** Constants folded out of a query tree, for stores whose query language has no words for them. */
import type { Filter } from './query.js';

const all: Filter = { kind: 'all' };
const none: Filter = { kind: 'none' };

function combined(kind: 'and' | 'or', parts: readonly Filter[]): Filter {
  const [neutral, decisive] = kind === 'and' ? [all, none] : [none, all];
  const of = parts
    .map(simplify)
    .flatMap(part => (part.kind === kind ? part.of : [part]))
    .filter(part => part.kind !== neutral.kind);
  if (of.some(part => part.kind === decisive.kind)) return decisive;
  return of.length > 1 ? { kind, of } : (of[0] ?? neutral);
}

/**
 * An equal filter in which `all` and `none` stand only at the top, `and` and `or` have two parts or more and none of
 * their own kind, and nothing is negated twice.
 */
export function simplify(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return combined(filter.kind, filter.of);
    case 'not': {
      const of = simplify(filter.of);
      if (of.kind === 'not') return of.of;
      if (of.kind === 'all') return none;
      return of.kind === 'none' ? all : { kind: 'not', of };
    }
    case 'id':
      return filter.ids.length === 0 ? none : filter;
    case 'refers':
    case 'referred': {
      const where = simplify(filter.where);
      return where.kind === 'none' ? none : { ...filter, where };
    }
    default:
      return filter;
  }
}
