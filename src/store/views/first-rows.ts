/** All matches of a search that can have but a few: pages that end early, since their rows are large, are joined. */
import { Fault } from '../../fhir/fault.js';
import { LARGEST_PAGE } from '../../search/page-end.js';
import type { Search } from '../../search/query.js';
import type { Page, Store } from '../port.js';

/** Characters of all rows together. */
const MOST = 4 * LARGEST_PAGE;

/** The first `limit` matches; `next` where there are more. Fault `too-costly` where so many are more than memory should hold. */
export async function firstRows(store: Pick<Store, 'search'>, search: Search): Promise<Page> {
  const page = await store.search(search);
  const rows = [...page.rows];
  let { next } = page;
  let length = lengthOf(page);
  while (next && rows.length < search.limit) {
    if (length > MOST) throw new Fault('too-costly', 'What matches is too large to be looked at as a whole.');
    const further = await store.search({ ...search, limit: search.limit - rows.length, after: next });
    rows.push(...further.rows);
    length += lengthOf(further);
    next = further.next;
  }
  const { next: _next, ...rest } = page;
  return { ...rest, rows, ...(next ? { next } : {}) };
}

const lengthOf = ({ rows }: Page): number => rows.reduce((sum, { json }) => sum + json.length, 0);
