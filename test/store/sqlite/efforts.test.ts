/** Whichever way SQLite walks to the matches, and wherever it counts them, they are those of the plain interpreter. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { defined } from '../../../src/fhir/defined.js';
import type { Filter, Search, Sort } from '../../../src/search/query.js';
import { openMemory } from '../../../src/store/memory/open.js';
import type { Page, Put, Storage, Version } from '../../../src/store/port.js';
import { Connection } from '../../../src/store/sqlite/connection.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { FEW, planOf, type Effort } from '../../../src/store/sqlite/plan.js';
import { answer } from '../../../src/store/sqlite/queries.js';
import { entries, NOW, putOf } from '../../fixtures/storage-samples.js';

const EFFORTS: readonly Effort[] = ['guess', 'ordered', 'check', 'count'];
const TYPES = ['A', 'B'] as const;
const WORDS = ['', 'a', 'ab', 'b', '%', '_', '\u{fb01}', '\u{1f600}', 'a\u{10ffff}'];

const word = fc.constantFrom(...WORDS);
const id = fc.nat(7).map(n => `i${n}`);
const interval = fc.tuple(fc.nat(4), fc.nat(2)).map(([lo, span]) => ({ lo: lo + 0.1, hi: lo + 0.1 + span }));
const op = fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap');
const test = fc.tuple(op, interval).map(([each, ends]) => ({ op: each, ...ends }));

const leaf = (type: string): fc.Arbitrary<Filter> =>
  fc.oneof(
    fc.constantFrom<Filter>({ kind: 'all' }, { kind: 'none' }),
    fc.nat(3).map((n): Filter => ({ kind: 'posting', key: `${type}|c|${n}` })),
    fc.array(id, { maxLength: 3 }).map((ids): Filter => ({ kind: 'id', ids })),
    test.map((each): Filter => ({ kind: 'range', key: `${type}|r`, test: each })),
    fc.tuple(test, test).map(([first, second]): Filter => ({ kind: 'range', key: `${type}|r`, test: first, second })),
    fc
      .tuple(fc.constantFrom('equals', 'prefix', 'contains', 'suffix', 'before', 'after'), word)
      .map(([match, value]): Filter => ({ kind: 'text', key: `${type}|s`, match, value })),
    fc.nat(9).map((ms): Filter => ({ kind: 'updated', test: { op: 'ge', lo: NOW + ms, hi: NOW + ms } })),
  );

function filter(type: string, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf(type);
  const inner = filter(type, depth - 1);
  const several = fc.array(inner, { maxLength: 3 });
  return fc.oneof(
    leaf(type),
    several.map((of): Filter => ({ kind: 'and', of })),
    several.map((of): Filter => ({ kind: 'or', of })),
    inner.map((of): Filter => ({ kind: 'not', of })),
    chain(type, depth),
  );
}

/** To or from some other; of those alone that the caller sees, or of any. */
function chain(type: string, depth: number): fc.Arbitrary<Filter> {
  const other = fc.constantFrom(...TYPES).chain(each => {
    const seen = fc.option(fc.oneof(leaf(each), filter(each, depth - 1)), { nil: undefined });
    return fc.tuple(fc.constant(each), filter(each, depth - 1), seen, fc.boolean());
  });
  return other.map(([each, given, within, to]): Filter => {
    const where: Filter = within ? { kind: 'and', of: [within, given] } : given;
    const narrowed = { type: each, where, ...defined({ within }) };
    return to
      ? { kind: 'refers', key: `${type}|ref|`, ...narrowed }
      : { kind: 'referred', key: `${each}|ref|`, own: type, ...narrowed };
  });
}

const sort = fc.constantFrom<Sort[]>(
  [],
  [{ by: 'main', descending: false }],
  [{ by: 'text', key: 'A|s', descending: true }],
  [
    { by: 'range', key: 'A|r', descending: false },
    { by: 'updated', descending: true },
  ],
);

const search: fc.Arbitrary<Search> = fc
  .tuple(filter('A', 3), filter('B', 2), fc.boolean(), sort, fc.integer({ min: 1, max: 5 }))
  .map(([a, b, both, sorted, limit]) => {
    const of = [{ type: 'A', where: a }, ...(both ? [{ type: 'B', where: b }] : [])];
    return { partition: 'p', of, sort: sorted, limit, deadline: Infinity };
  });

/** Twelve resources with few different values, so that random conditions meet. */
const resources: fc.Arbitrary<Put[]> = fc
  .array(
    fc.record({
      codes: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
      refs: fc.uniqueArray(
        fc.tuple(fc.constantFrom(...TYPES), id).map(path => path.join('/')),
        { maxLength: 3 },
      ),
      ranges: fc.array(fc.tuple(interval, fc.option(interval)), { maxLength: 2 }),
      strings: fc.array(word, { maxLength: 2 }),
      main: fc.nat(4),
    }),
    { minLength: 12, maxLength: 12 },
  )
  .map(all =>
    all.map(({ codes, refs, ranges, strings, main }, i) => {
      const type = TYPES[i % 2]!;
      const index = entries(type, {
        postings: [...codes.map(n => `${type}|c|${n}`), ...refs.map(path => `${type}|ref|${path}`)],
        ranges: ranges.map(([one, two]) => ({ key: `${type}|r`, ...one, ...(two && { lo2: two.lo, hi2: two.hi }) })),
        strings: strings.map(value => ({ key: `${type}|s`, value })),
        main,
      });
      return { ...putOf('p', `${type}/i${i >> 1}`, { at: NOW + i }), index };
    }),
  );

const names = (versions: readonly Version[]): string[] => versions.map(({ key }) => `${key.type}/${key.id}`).toSorted();

function allPages(connection: Connection, query: Search, effort: Effort): Version[] {
  const rows: Version[] = [];
  let page: Page | undefined;
  do {
    const from: Search = page?.next ? { ...query, after: page.next } : query;
    page = answer(connection, { op: 'search', search: from }, effort) as Page;
    rows.push(...page.rows);
  } while (page.next);
  return rows;
}

describe('sqlite: efforts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-efforts-'));
  after(() => rmSync(folder, { recursive: true }));
  let files = 0;

  async function compare(puts: Put[], searches: Search[]): Promise<void> {
    const path = join(folder, `${++files}.db`);
    const stores: Storage[] = [openMemory(), await openSqlite(path)];
    for (const { store } of stores) await store.commit({ puts });
    const connection = new Connection(path, { readOnly: true, cache: 1000 });
    for (const query of searches) {
      const expected = (await stores[0]!.store.search({ ...query, limit: 100 })).rows;
      for (const effort of EFFORTS) {
        assert.deepEqual(names(allPages(connection, query, effort)), names(expected), effort);
        for (const limit of [1, 3, 1000, 1e6]) {
          const count = answer(connection, { op: 'count', search: query, limit }, effort);
          assert.equal(count, Math.min(limit, expected.length), `${effort} ${limit}`);
        }
      }
    }
    connection.close();
    for (const { store } of stores) await store.close();
  }

  it('find and count the same by a guess, in order, and by counting', async () => {
    const searches = fc.array(search, { minLength: 40, maxLength: 40 });
    await fc.assert(fc.asyncProperty(resources, searches, compare), {
      seed: 20260301,
      numRuns: 15,
      endOnFailure: true,
    });
  });

  const posting = (key: string): Filter => ({ kind: 'posting', key });
  const [recipient, draft, author]: [Filter, Filter, Filter] = [posting('A|to'), posting('A|draft'), posting('A|by')];
  const noDraftOfOthers: Filter = { kind: 'or', of: [{ kind: 'and', of: [{ kind: 'not', of: draft }] }, author] };
  const where: Filter = { kind: 'and', of: [noDraftOfOthers, recipient] };

  /** 1,300 rows to one recipient, of which some are drafts; each second draft is the author's own. */
  const rowsWith = (drafts: number): Put[] =>
    Array.from({ length: 1300 }, (_, at) => {
      const own = at % 2 === 0 ? ['A|draft', 'A|by'] : ['A|draft'];
      const postings = ['A|to', ...(at < drafts ? own : [])];
      return { ...putOf('p', `A/i${at}`, { postings, main: at }) };
    });

  for (const drafts of [0, 1, FEW - 1, FEW, 600]) {
    it(`leave out ${drafts} rows that do not match, few or many`, async () => {
      const path = join(folder, `${++files}.db`);
      const { store } = await openSqlite(path);
      await store.commit({ puts: rowsWith(drafts) });
      const connection = new Connection(path, { readOnly: true, cache: 1000 });
      const query: Search = {
        partition: 'p',
        of: [{ type: 'A', where }],
        sort: [{ by: 'main', descending: false }],
        limit: 500,
        deadline: Infinity,
      };
      const left = 1300 - Math.floor(drafts / 2);
      const expected = rowsWith(drafts).filter(put => put.index.postings.join() !== 'A,A|to,A|draft');
      for (const effort of EFFORTS) {
        assert.deepEqual(names(allPages(connection, query, effort)), expected.map(put => `A/${put.key.id}`).toSorted());
        const count = (limit: number) => answer(connection, { op: 'count', search: query, limit }, effort);
        assert.deepEqual([left - 1, left, left + 1, 1001].map(count), [left - 1, left, left, Math.min(left, 1001)]);
      }
      assert.equal(planOf(connection, { partition: 'p', type: 'A' }, where, 'guess').driver.key, 'A|to');
      connection.close();
      await store.close();
    });
  }

  it('lead from no chain to what merely lacks something, nor to all of a type', async () => {
    const { store } = await openSqlite(join(folder, `${++files}.db`));
    await store.commit({ puts: rowsWith(0) });
    const connection = new Connection(join(folder, `${files}.db`), { readOnly: true, cache: 1000 });
    const chain = (lacks: Filter): Filter => ({ kind: 'refers', key: 'A|ref|', type: 'B', where: lacks });
    for (const lacks of [{ kind: 'not', of: draft }, { kind: 'all' }] as const) {
      const many: Filter = { kind: 'and', of: [chain(lacks), recipient] };
      const any: Filter = { kind: 'and', of: [{ kind: 'or', of: [chain(lacks), author] }, recipient] };
      for (const asked of [many, any]) {
        assert.equal(planOf(connection, { partition: 'p', type: 'A' }, asked, 'guess').driver.key, 'A|to');
      }
    }
    connection.close();
    await store.close();
  });
});
