/** A page of very many matches is read off the index that they are sorted by: the same pages as the plain interpreter's, sooner. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Filter, Search, Sort } from '../../../src/search/query.js';
import { openMemory } from '../../../src/store/memory/open.js';
import type { Page, Put, Storage } from '../../../src/store/port.js';
import { Connection } from '../../../src/store/sqlite/connection.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { answer } from '../../../src/store/sqlite/queries.js';
import { PAGE_ATTEMPTS } from '../../../src/store/sqlite/store.js';
import { monotonic } from '../../../src/store/sqlite/connection.js';
import { NOW, pages, putOf } from '../../fixtures/storage-samples.js';

const ROWS = 2500;

/** Some have no value, some two, many the same; the same start with two ends too. */
function rowOf(at: number): Put {
  const lo = (at * 37) % 60;
  const second = at % 5 === 0 ? [{ key: 'A|r', lo: lo - 30, hi: lo }] : [];
  const again = at % 11 === 0 ? [{ key: 'A|r', lo, hi: lo + 5 }] : [];
  const ranges = at % 7 === 0 ? [] : [{ key: 'A|r', lo, hi: lo + 1 }, ...second, ...again];
  const strings =
    at % 9 === 0 ? [] : [{ key: 'A|s', value: `w${lo}` }, ...(at % 4 === 0 ? [{ key: 'A|s', value: 'a' }] : [])];
  const postings = ['A|all', ...(at % 3 === 0 ? ['A|third'] : [])];
  return putOf('p', `A/i${at}`, { at: NOW + at, main: (at * 7919) % ROWS, postings, ranges, strings });
}

const posting = (key: string): Filter => ({ kind: 'posting', key });
const all = posting('A|all');
const most: Filter = { kind: 'and', of: [all, { kind: 'not', of: posting('A|third') }] };
const keyed = (by: 'range' | 'text', descending: boolean): Sort => ({
  by,
  key: by === 'range' ? 'A|r' : 'A|s',
  descending,
});
const main: Sort = { by: 'main', descending: false };

describe('sqlite: pages in the order of an index', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-sorted-'));
  const path = join(folder, 'a.db');
  let stores: Storage[];
  let connection: Connection;
  before(async () => {
    stores = [openMemory(), await openSqlite(path)];
    const puts = Array.from({ length: ROWS }, (_, at) => rowOf(at));
    for (const { store } of stores) await store.commit({ puts });
    connection = new Connection(path, { readOnly: true, cache: 1000 });
  });
  after(async () => {
    connection.close();
    for (const { store } of stores) await store.close();
    rmSync(folder, { recursive: true });
  });

  const query = (sort: readonly Sort[], where: Filter, limit: number): Search => ({
    ...{ partition: 'p', of: [{ type: 'A', where }], sort, limit },
    deadline: Infinity,
  });
  const idsIn = (found: readonly Page[]): string[] => found.flatMap(({ rows }) => rows.map(({ key }) => key.id));
  const allOf = async (search: Search, ask: (search: Search) => Promise<Page> | Page): Promise<string[]> =>
    idsIn(await pages(async after => ask(after ? { ...search, after } : search)));

  for (const by of ['range', 'text'] as const) {
    for (const descending of [false, true]) {
      for (const where of [all, most]) {
        it(`by ${by}, ${descending ? 'descending' : 'ascending'}, ${where === all ? 'all' : 'most'}, page by page`, async () => {
          const search = query([keyed(by, descending), main], where, 170);
          const expected = await allOf(search, one => stores[0]!.store.search(one));
          for (const effort of ['guess', 'count'] as const) {
            const found = await allOf(search, one => answer(connection, { op: 'search', search: one }, effort) as Page);
            assert.deepEqual(found, expected, effort);
          }
          const alone = query([keyed(by, descending)], where, 170);
          const found = await allOf(alone, one => stores[1]!.store.search(one));
          assert.deepEqual(found.toSorted(), expected.toSorted(), 'each once');
        });
      }
    }
  }

  it('looks at a page of rows, not at all that match', () => {
    const [{ effort, rows } = assert.fail()] = PAGE_ATTEMPTS;
    const page = connection.within({ rows, until: monotonic() + 10_000 }, () =>
      answer(connection, { op: 'search', search: query([keyed('range', false), main], most, 20) }, effort),
    );
    assert.equal((page as Page).rows.length, 20);
  });
});
