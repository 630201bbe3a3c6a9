/**
 * The order a search's results come in, as plain comparisons: https://hl7.org/fhir/R4/search.html#sort
 * Stores that sort in a database of their own give the same order.
 */
import type { IndexEntries, Sort } from './query.js';

/** What is sorted: a live resource with its index entries. */
export interface Sortable {
  key: { type: string; id: string };
  at: number;
  index: IndexEntries;
}

/** The value of one sort key; null = missing. */
export type SortValue = string | number | null;

/** The sort of a search that asks for none. */
export const newestFirst: readonly Sort[] = [{ by: 'main', descending: true }];

/** Compares texts by Unicode code point, as databases do (JavaScript's `<` compares UTF-16 units). */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Compares two present values of one kind. */
function comparePresent(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
}

/** Compares two values of one sort key; missing values come last in either direction. */
export function compareValues(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return descending ? comparePresent(b, a) : comparePresent(a, b);
}

/** The value a resource is sorted by: of several the one that comes first in the direction asked. */
export function sortValue({ key, at, index }: Sortable, sort: Sort): SortValue {
  const values = (): (string | number)[] => {
    switch (sort.by) {
      case 'main':
        return [index.main];
      case 'updated':
        return [at];
      case 'id':
        return [key.id];
      case 'range':
        return index.ranges.filter(range => range.key === sort.key).map(range => range.lo);
      case 'text':
        return index.strings.filter(text => text.key === sort.key).map(text => text.value);
      case 'posting':
        return index.postings.filter(posting => posting.startsWith(sort.key));
      case 'carries':
        return [Number(index.postings.includes(sort.key))];
    }
  };
  return values().toSorted((a, b) => compareValues(a, b, sort.descending))[0] ?? null;
}

/** Compares two lists of values, the first that differ deciding; `descending` tells the direction of each. */
export function compareLists(a: readonly SortValue[], b: readonly SortValue[], descending: readonly boolean[]): number {
  for (const [i, direction] of descending.entries()) {
    const order = compareValues(a[i] ?? null, b[i] ?? null, direction);
    if (order !== 0) return order;
  }
  return 0;
}
