/** Several partitions read as one: on random data and questions like the reference that holds all of it in one. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Filter } from '../../src/search/query.js';
import type { Put, Storage, Store } from '../../src/store/port.js';
import { openMemory } from '../../src/store/memory/open.js';
import { readOnly } from '../../src/store/views/read-only.js';
import { union } from '../../src/store/views/union.js';
import { isFault } from '../contract/faults.js';
import { DEADLINE, fixedClock, ids, NOW, pages, putOf, Scene } from '../fixtures/storage-samples.js';
import { eachStorage } from '../fixtures/storages.js';
import { compareHistory, compareReads, compareSearch } from '../property/store-model.js';
import { changePlans, historyPlans, isUnchained, searchPlans, type ChangePlan } from '../property/store-samples.js';

const all: Filter = { kind: 'all' };

/** The versions of these plans, one after the other, in a partition that the id decides. */
function versionsOf(plans: readonly ChangePlan[], partitionOf: (id: string) => string): Put[] {
  const last = new Map<string, number>();
  return plans
    .flatMap(({ puts }) => puts)
    .map(({ type, id, deleted, index }, at) => {
      const path = `${type}/${id}`;
      const version = (last.get(path) ?? 0) + 1;
      last.set(path, version);
      return putOf(partitionOf(id), path, { ...index, version, deleted, at: NOW + at });
    });
}

const unchained = (plan: { of: readonly { where: Filter }[] }): boolean =>
  plan.of.every(({ where }) => isUnchained(where));

eachStorage((name, open) => {
  describe('union', () => {
    let storage: Storage;
    let store: Store;
    before(async () => {
      storage = await open(fixedClock);
      ({ store } = storage);
    });
    after(() => store.close());

    const five = { minLength: 5, maxLength: 5 };
    const property = fc.asyncProperty(
      fc.array(changePlans, { minLength: 1, maxLength: 8 }),
      fc.array(searchPlans(2).filter(unchained), five),
      fc.array(historyPlans(2).filter(unchained), five),
      async (plans, asked, told) => {
        const [one, two] = [freshName(), freshName()];
        const { store: reference } = openMemory(fixedClock);
        const puts = versionsOf(plans, id => (id < 'b' ? one : two));
        for (const put of puts) await store.commit({ puts: [put] });
        const whole = puts.map(put => ({ ...put, key: { ...put.key, partition: 'all' } }));
        for (const put of whole) await reference.commit({ puts: [put] });
        const view = union(store, 'all', [one, two]);
        const scene = new Scene(view, 'all');
        const current = new Map(whole.map(put => [`${put.key.type}/${put.key.id}`, put]));
        for (const plan of asked) {
          await compareSearch(view, reference, scene.query('Patient', all, plan), current);
          await compareReads(view, reference, [...current.values()], plan.of[0]!.where);
        }
        for (const plan of told) await compareHistory(view, reference, scene.historyQuery(plan));
      },
    );
    let names = 0;
    const freshName = (): string => `u${++names}`;
    it('searches, counts, reads and tells histories like the reference', () =>
      fc.assert(property, { numRuns: name === 'mongo' ? 3 : 40, endOnFailure: name === 'mongo' }));

    /** Six messages, by turns in either partition, in the order of their ids. */
    async function filled(): Promise<Scene> {
      const partitions = [freshName(), freshName()];
      const puts = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, at) =>
        putOf(partitions[at % 2]!, `Patient/${id}`, { main: NOW - at, postings: ['Patient|g|x'] }),
      );
      await store.commit({ puts });
      return new Scene(union(store, 'all', partitions), 'all');
    }

    it('pages through all of them in one order, whatever is written in between', async () => {
      const scene = await filled();
      const list = await pages(after =>
        scene.store.search(scene.query('Patient', all, { limit: 4, ...(after && { after }) })),
      );
      assert.deepEqual(list.map(ids), [['a', 'b', 'c', 'd'], ['e', 'f']]); // prettier-ignore
      const first = await scene.store.search(scene.query('Patient', all, { limit: 3 }));
      await store.commit({ puts: [putOf(`u${names}`, 'Patient/new', { main: NOW + 1 })] });
      const rest = await scene.store.search(scene.query('Patient', all, { after: first.next! }));
      assert.deepEqual([...ids(first), ...ids(rest)], ['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('[F13] a page that one partition ends early, since its rows are large, loses nothing', async () => {
      const partitions = [freshName(), freshName()];
      const lengths = [10, 50, 10, 10, 60, 10];
      const puts = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, at) =>
        putOf(partitions[at % 2]!, `Patient/${id}`, { main: NOW - at, json: '1'.repeat(lengths[at]!) }),
      );
      await store.commit({ puts });
      const scene = new Scene(union(store, 'all', partitions), 'all');
      const list = await pages(after =>
        scene.store.search(scene.query('Patient', all, { characters: 55, ...(after && { after }) })),
      );
      assert.equal(list.flatMap(ids).join(''), 'abcdef');
      assert.ok(
        list.every(({ rows }) => rows.length === 1 || rows.reduce((sum, { json }) => sum + json.length, 0) <= 55),
      );
    });

    it('scans each resource once', async () => {
      const scene = await filled();
      const list = await pages(after => scene.store.scan('all', 'Patient', 2, after));
      assert.deepEqual(list.flatMap(ids).toSorted(), ['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('reads a version of the partition that has the resource', async () => {
      const scene = await filled();
      const [version, none] = await Promise.all([
        scene.store.version(scene.key('Patient/b'), 1),
        scene.store.version(scene.key('Patient/zz'), 1),
      ]);
      assert.deepEqual([version?.key, none], [scene.key('Patient/b'), undefined]);
    });

    it('finds what is there before what was deleted elsewhere', async () => {
      const partitions = [freshName(), freshName()];
      const [one, two] = partitions as [string, string];
      await store.commit({ puts: [putOf(one, 'Patient/m'), putOf(two, 'Patient/m')] });
      await store.commit({ puts: [putOf(one, 'Patient/m', { version: 2, deleted: true })] });
      const scene = new Scene(union(store, 'all', partitions), 'all');
      const [found] = await scene.store.read([scene.key('Patient/m')]);
      assert.deepEqual([found?.deleted, found?.version], [false, 1]);
    });

    it('adds up what its partitions count by posting', async () => {
      const partitions = [freshName(), freshName()];
      const put = (partition: string, id: string, posting: string) =>
        putOf(partition, `Task/${id}`, { postings: [`Task|~n|${posting}`] });
      const [one = '', two = ''] = partitions;
      await store.commit({ puts: [put(one, 'a', 'x'), put(one, 'b', 'y'), put(two, 'c', 'x')] });
      const dates = { since: NOW, until: NOW + 1, deadline: DEADLINE };
      const query = { partition: 'all', type: 'Task', prefix: 'Task|~n|', ...dates };
      assert.deepEqual(Object.fromEntries(await union(store, 'all', partitions).tally(query)), {
        'Task|~n|x': 2,
        'Task|~n|y': 1,
      });
    });

    it('passes on what a store warns of', async () => {
      const warned = {
        ...{ read: store.read, version: store.version, count: store.count, scan: store.scan, commit: store.commit },
        ...{ history: store.history, countHistory: store.countHistory, tally: store.tally, close: store.close },
        search: (search: Parameters<Store['search']>[0]) =>
          Promise.resolve({ rows: [], positions: [], warnings: [`of ${search.partition}`] }),
      };
      const scene = new Scene(union(warned, 'all', ['one', 'two']), 'all');
      const { warnings } = await scene.store.search(scene.query('Patient', all));
      assert.deepEqual(warnings, ['of one', 'of two']);
    });

    it('writes no resource, and commits what is none', async () => {
      const scene = await filled();
      for (const view of [scene.store, readOnly(store)]) {
        await assert.rejects(view.commit({ puts: [scene.put('Patient/new')] }), isFault('not-supported'));
        const index = scene.put('Patient/a').index;
        const reindex = [{ key: scene.key('Patient/a'), version: 1, index }];
        await assert.rejects(view.commit({ reindex }), isFault('not-supported'));
        const document = { kind: `left-${names}`, id: 'd', value: {}, keys: {} };
        await view.commit({ documents: [{ op: 'put', document }] });
        assert.ok(await storage.records.get(document.kind, 'd', NOW));
      }
    });
  });
});
