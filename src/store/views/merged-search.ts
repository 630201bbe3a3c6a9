/** A search over two stores, whose pages are merged in the order of the search. */
import { compareLists, newestFirst, sortValue, type SortValue } from '../../search/order.js';
import type { IndexEntries, Position, Search } from '../../search/query.js';
import type { Page, Store, Version } from '../port.js';

type Part = readonly [store: Store, search: Search];

/** How far the pages have come in one store: a position as JSON, or one of these. */
type Place = string;
const BEGINNING: Place = '';
const END: Place = 'end';

interface Row {
  readonly row: Version;
  readonly values: readonly SortValue[];
}

/** @param index of a version, for its values of the sort keys */
export async function mergedSearch(
  { sort: given, limit, after }: Search,
  one: Part,
  other: Part,
  index: (version: Version) => IndexEntries,
): Promise<Page> {
  const sort = given.length === 0 ? newestFirst : given;
  const rowOf = (row: Version): Row => {
    const { key, at } = row;
    return { row, values: sort.map(by => sortValue({ key, at, index: index(row) }, by)) };
  };
  const [placeOne = BEGINNING, placeOther = BEGINNING] = (after ?? []) as readonly Place[];
  const [pageOne, pageOther] = [await pageFrom(one, placeOne, limit), await pageFrom(other, placeOther, limit)];
  const directions = sort.map(({ descending }) => descending);
  const taken = merge(listOf(pageOne, rowOf), listOf(pageOther, rowOf), limit, directions);
  const next = [
    await placeAfter(one, pageOne, taken.one.length, placeOne),
    await placeAfter(other, pageOther, taken.other.length, placeOther),
  ];
  const warnings = [...(pageOne.warnings ?? []), ...(pageOther.warnings ?? [])];
  return {
    rows: taken.rows.map(({ row }) => row),
    ...(next.every(place => place === END) ? {} : { next: next satisfies Position }),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** The rows of one store, and whether more follow: behind the last of them nothing can be merged then. */
interface List {
  rows: readonly Row[];
  more: boolean;
}

const listOf = ({ rows, next }: Page, rowOf: (row: Version) => Row): List => ({
  rows: rows.map(rowOf),
  more: next !== undefined,
});

/** The first rows of both lists; each keeps its own order. */
function merge(
  one: List,
  other: List,
  limit: number,
  directions: readonly boolean[],
): { rows: Row[]; one: Row[]; other: Row[] } {
  const taken = { rows: [] as Row[], one: [] as Row[], other: [] as Row[] };
  while (taken.rows.length < limit) {
    const [a, b] = [one.rows[taken.one.length], other.rows[taken.other.length]];
    if ((!a && !b) || (!a && one.more) || (!b && other.more)) break;
    const first = a && (!b || compareLists(a.values, b.values, directions) <= 0);
    const row = first ? a : b!;
    taken.rows.push(row);
    (first ? taken.one : taken.other).push(row);
  }
  return taken;
}

async function pageFrom([store, search]: Part, place: Place, limit: number): Promise<Page> {
  if (place === END) return { rows: [] };
  const { after: _after, ...first } = search;
  return store.search({ ...first, limit, ...(place === BEGINNING ? {} : { after: JSON.parse(place) as Position }) });
}

/** Where the next page begins in a store of whose page so many rows were taken. */
async function placeAfter(part: Part, page: Page, taken: number, place: Place): Promise<Place> {
  if (taken === 0) return page.rows.length === 0 ? END : place;
  const { next } = taken === page.rows.length ? page : await pageFrom(part, place, taken);
  return next ? JSON.stringify(next) : END;
}
