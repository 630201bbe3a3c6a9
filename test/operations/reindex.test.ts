/** The re-indexing worker, on every store: cut off in the middle, overtaken, beside another. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { begun, REINDEX, stateChange, stateOf, type ReindexState } from '../../src/conformance/reindex-state.js';
import { createReindexer } from '../../src/conformance/reindex-worker.js';
import type { BackgroundWorker } from '../../src/runtime/background-worker.js';
import type { IndexEntries } from '../../src/search/query.js';
import type { Storage, Store } from '../../src/store/port.js';
import { eachStorage } from '../fixtures/storages.js';

const PARTITION = 'demo';
const COUNT = 230;
const LEASE = 30_000;
const NEW = 'Basic|own|=x';

const entries = (...postings: string[]): IndexEntries => ({
  postings: ['Basic', ...postings],
  ranges: [],
  strings: [],
  main: 1,
});

const put = (i: number) => {
  const id = `b${String(i).padStart(3, '0')}`;
  const json = JSON.stringify({ resourceType: 'Basic', id });
  const key = { partition: PARTITION, type: 'Basic', id };
  return { key, version: 1, at: 1, deleted: false, method: 'PUT' as const, json, index: entries() };
};

describe('a re-indexing job that begins', () => {
  it('takes out of force what it changes or removes, and nothing else', () => {
    const [kept, changed, removed] = [
      { code: 'a', expression: 'x' },
      { code: 'b', expression: 'x' },
      { code: 'c', expression: 'x' },
    ] as const;
    const wanted = [kept, { ...changed, expression: 'y' }, { code: 'd' }];
    const job = { job: 'i', requested: 0, wanted: [], types: [] };
    const before = { ...begun(undefined, job), inForce: [kept, changed, removed] };
    assert.deepEqual(begun(before, { job: 'j', requested: 1, wanted, types: [] }).inForce, [kept]);
  });
});

describe('re-indexing worker', () => {
  eachStorage((_name, open) => {
    let storage: Storage;
    let clock: { at: number; now(): number };
    let indexed: number;
    let reports: unknown[];

    beforeEach(async () => {
      clock = { at: 1_000_000, now: () => clock.at };
      indexed = 0;
      reports = [];
      storage = await open(clock);
      await storage.store.commit({ puts: Array.from({ length: COUNT }, (_, i) => put(i)) });
      const state = begun(undefined, {
        job: 'j',
        requested: clock.at,
        wanted: [{ code: 'own' }],
        types: ['Basic', 'Task'],
      });
      await storage.records.write(stateChange(PARTITION, state, 0, clock.at));
    });
    afterEach(() => storage.store.close());

    const worker = (store: Pick<Store, 'scan' | 'commit'> = storage.store): BackgroundWorker =>
      createReindexer({
        store: {
          read: keys => storage.store.read(keys),
          scan: (...asked) => store.scan(...asked),
          commit: changes => store.commit(changes),
        },
        records: storage.records,
        clock,
        index: () => (indexed++, Promise.resolve(entries(NEW))),
        report: error => reports.push(error),
      });

    async function state(): Promise<ReindexState> {
      const document = await storage.records.get(REINDEX, PARTITION, clock.at);
      assert.ok(document);
      return stateOf(document);
    }

    const found = (): Promise<number> =>
      storage.store.count(
        {
          partition: PARTITION,
          of: [{ type: 'Basic', where: { kind: 'posting', key: NEW } }],
          deadline: clock.at + 60_000,
        },
        Infinity,
      );

    it('indexes every resource once and puts in force what is wanted', async () => {
      await worker().idle();
      const { ended, done, inForce, types } = await state();
      assert.deepEqual([ended, done, inForce, types], [clock.at, COUNT, [{ code: 'own' }], []]);
      assert.equal(await found(), COUNT);
      assert.equal(indexed, COUNT);
    });

    it('goes on behind the last page that was committed, once the lease of the one that died is over', async () => {
      let commits = 0;
      const failing: Pick<Store, 'scan' | 'commit'> = {
        scan: (...asked) => storage.store.scan(...asked),
        commit: changes =>
          ++commits === 2 ? Promise.reject(new Fault('unavailable', 'gone')) : storage.store.commit(changes),
      };
      await worker(failing).idle();
      assert.equal(reports.length, 1);
      assert.equal((await state()).done, 100);
      await worker().idle();
      assert.equal((await state()).done, 100, 'the lease still holds');
      clock.at += LEASE + 1;
      await worker().idle();
      assert.deepEqual([(await state()).done, (await state()).ended], [COUNT, clock.at]);
      assert.equal(await found(), COUNT);
      assert.equal(indexed, COUNT + 100, 'only the page that was lost comes again');
    });

    it('leaves its page to another that took the job over meanwhile', async () => {
      const slow: Pick<Store, 'scan' | 'commit'> = {
        scan: (...asked) => storage.store.scan(...asked),
        async commit(changes) {
          clock.at += LEASE + 1;
          await worker().idle();
          await storage.store.commit(changes);
        },
      };
      await worker(slow).idle();
      assert.deepEqual([reports, (await state()).done], [[], COUNT]);
      assert.equal(await found(), COUNT);
    });

    it('keeps out of the way of what is written meanwhile', async () => {
      const racing: Pick<Store, 'scan' | 'commit'> = {
        scan: (...asked) => storage.store.scan(...asked),
        async commit(changes) {
          const [current] = await storage.store.read([put(5).key]);
          if (current?.version === 1)
            await storage.store.commit({ puts: [{ ...put(5), version: 2, index: entries() }] });
          await storage.store.commit(changes);
        },
      };
      await worker(racing).idle();
      assert.equal(await found(), COUNT - 1, 'the newer version has the entries it was written with');
    });

    /** A process that is ended while it works: it never comes to the commit. */
    const ended = (): void => {
      const scan = (): Promise<never> => new Promise(() => undefined);
      void worker({ scan, commit: storage.store.commit }).next();
    };
    const hasBegun = async (times: number): Promise<void> => {
      while ((await state()).begun !== times) await new Promise(resolve => setTimeout(resolve, 5));
    };

    it('lays a job aside that two processes ended with, and says so', async () => {
      ended();
      await hasBegun(1);
      clock.at += LEASE + 1;
      ended();
      await hasBegun(2);
      clock.at += LEASE + 1;
      await worker().idle();
      const { ended: at, failed, inForce, wanted, types, done } = await state();
      assert.deepEqual([at, inForce, wanted, types, done], [clock.at, [], [], [], 0]);
      assert.match(failed ?? '', /stopped twice/);
      assert.match(String(reports[0]), /laid aside/);
      assert.equal(indexed, 0);
      clock.at += LEASE + 1;
      await worker().idle();
      assert.equal(indexed, 0, 'and is not taken up again');
    });

    it('leaves a page to the process that has begun it until its lease is over', async () => {
      ended();
      await hasBegun(1);
      clock.at += LEASE - 1;
      assert.equal(await worker().next(), 0);
      clock.at += 1;
      assert.equal(await worker().next(), 1);
    });

    it('lays none aside for faults that the process outlives, however many', async () => {
      let faults = 5;
      const failing: Pick<Store, 'scan' | 'commit'> = {
        scan: (...asked) => storage.store.scan(...asked),
        commit: changes =>
          faults-- > 0 ? Promise.reject(new Fault('unavailable', 'gone')) : storage.store.commit(changes),
      };
      for (let round = 0; round < 6; round++) {
        await worker(failing).idle();
        clock.at += LEASE + 1;
      }
      const { failed, done } = await state();
      assert.deepEqual([failed, done, reports.length], [undefined, COUNT, 5]);
    });

    it('goes on with a job that one process ended with', async () => {
      ended();
      await hasBegun(1);
      clock.at += LEASE + 1;
      await worker().idle();
      const { ended: at, failed, done } = await state();
      assert.deepEqual([at, failed, done], [clock.at, undefined, COUNT]);
    });
  });
});
