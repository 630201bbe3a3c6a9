/** How much a condition costs where it is tested on a row: an interval or text is looked for among all of the row's. */
import type { Filter } from './query.js';

/** Postings are compared as a set. */
const POSTING = 0.2;

/** In comparisons of intervals or texts. */
export function weightOf(filter: Filter): number {
  switch (filter.kind) {
    case 'all':
    case 'none':
      return 0;
    case 'and':
    case 'or':
      return filter.of.reduce((sum, part) => sum + weightOf(part), 0);
    case 'not':
      return weightOf(filter.of);
    case 'id':
      return filter.ids.length * POSTING;
    case 'posting':
    case 'updated':
      return POSTING;
    case 'range':
    case 'text':
      return 1;
    case 'refers':
    case 'referred':
      return 1 + weightOf(filter.where);
  }
}
