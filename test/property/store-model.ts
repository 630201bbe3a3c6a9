/**
 * A store compared with the reference on random data: the same random commits go to both, some of them at once; then
 * random searches, counts, pages and histories must say the same.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareLists, newestFirst, sortValue } from '../../src/search/order.js';
import { isContainedType } from '../../src/search/contained.js';
import { containedRows } from '../../src/search/contained-rows.js';
import type { Filter, Search } from '../../src/search/query.js';
import type { HistoryQuery, Put, Records, Store } from '../../src/store/port.js';
import { fixedClock, NOW, pages, pathOf, Scene, type Open } from '../fixtures/storage-samples.js';
import { replay } from './store-replay.js';
import { changePlans, historyPlans, searchPlans } from './store-samples.js';

/** What every store must say in the same words: everything but the order of ties. */
export async function compareSearch(
  store: Store,
  model: Store,
  search: Search,
  current: ReadonlyMap<string, Put>,
): Promise<void> {
  const run = async (of: Store) =>
    (await pages(after => of.search({ ...search, ...(after && { after }) }))).flatMap(page => page.rows);
  const [found, expected] = [await run(store), await run(model)];
  const rows = (list: typeof found) => list.map(row => JSON.stringify(row)).toSorted();
  assert.deepEqual(rows(found), rows(expected));
  const sort = search.sort.length > 0 ? search.sort : newestFirst;
  const indexed = withContained(current);
  const values = found.map(row => sort.map(key => sortValue(indexed.get(pathOf(row.key))!, key)));
  const directions = sort.map(key => key.descending);
  values
    .slice(1)
    .forEach((next, i) => assert.ok(compareLists(values[i]!, next, directions) <= 0, `out of order at ${i + 1}`));
  for (const limit of [1, 3, 1000]) assert.equal(await store.count(search, limit), await model.count(search, limit));
}

/** Resources and what they contain, by name. */
const withContained = (current: ReadonlyMap<string, Put>): Map<string, Pick<Put, 'key' | 'at' | 'index'>> =>
  new Map([
    ...current,
    ...[...current.values()].flatMap(({ key, at, index }) =>
      containedRows(key, index).map(row => [pathOf(row.key), { ...row, at }] as const),
    ),
  ]);

export async function compareReads(store: Store, model: Store, puts: readonly Put[], where: Filter): Promise<void> {
  const keys = puts.map(put => put.key);
  assert.deepEqual(await store.read(keys), await model.read(keys));
  assert.deepEqual(await store.read(keys, () => where), await model.read(keys, () => where));
}

async function compareDocuments(records: Records, model: Records, kind: string): Promise<void> {
  for (const id of ['x', 'y']) {
    const expected = await model.get(kind, id, NOW);
    assert.deepEqual(await records.get(kind, id, NOW), expected);
    const writer = expected?.keys['writer'] ?? '';
    assert.deepEqual(await records.find(kind, 'writer', writer, NOW, 5), expected ? [expected] : []);
  }
}

export async function compareHistory(store: Store, model: Store, query: HistoryQuery): Promise<void> {
  const rows = async (of: Store) =>
    (await pages(after => of.history({ ...query, ...(after && { after }) }))).flatMap(page => page.rows);
  const [found, expected] = [await rows(store), await rows(model)];
  const order = (list: typeof found) => list.map(row => [row.at, row.version]);
  const names = (list: typeof found) => list.map(row => `${pathOf(row.key)}/${row.version}`).toSorted();
  assert.deepEqual(order(found), order(expected));
  assert.deepEqual(names(found), names(expected));
  assert.equal(await store.countHistory(query, 5), Math.min(expected.length, 5));
}

/**
 * Registers the property.
 * @param runs how many random pasts to try, each with ten questions of a kind
 * @param depth of their conditions
 */
export function storeModel(name: string, open: Open, runs: number, depth = 2): void {
  describe(`${name}: like the reference`, () => {
    let store: Store;
    let records: Records;
    let partitions = 0;
    before(async () => {
      ({ store, records } = await open(fixedClock));
    });
    after(() => store.close());

    const ten = { minLength: 10, maxLength: 10 };
    const rounds = fc.array(fc.array(changePlans, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(
      rounds,
      fc.array(searchPlans(depth), ten),
      fc.array(historyPlans(depth), ten),
      async (past, asked, told) => {
        const scene = new Scene(store, `m${++partitions}`);
        const { model, current } = await replay(scene, past);
        for (const plan of asked) {
          const search = scene.query('Patient', { kind: 'all' }, plan);
          await compareSearch(store, model.store, search, current);
          // What is contained has no reads by key.
          const { where } = plan.of.find(({ type }) => !isContainedType(type)) ?? plan.of[0]!;
          await compareReads(store, model.store, [...current.values()], where);
        }
        for (const plan of told) await compareHistory(store, model.store, scene.historyQuery(plan));
        await compareDocuments(records, model.records, scene.partition);
      },
    );
    // On a slow store, looking for the least past that fails would take longer than anybody waits.
    const endOnFailure = name.startsWith('mongo');
    it('on random change sets, searches and histories', () => fc.assert(property, { numRuns: runs, endOnFailure }));
  });
}
