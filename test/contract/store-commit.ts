/** commit: all or nothing, versions, re-indexing, documents in the same change set. */
import assert from 'node:assert/strict';
import type { ChangeSet, Records } from '../../src/store/port.js';
import { entries, NOW, parallel, type Scene } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import type { NewScene } from './store-contract.js';

const g = { kind: 'posting', key: 'Patient|g|x' } as const;

export function commitContract(scene: NewScene, records: () => Records): void {
  describe('commit', () => {
    it('accepts an empty change set', async () => {
      await scene().store.commit({});
    });

    it('refuses a version whose predecessor is not current', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      await s.save(s.put('Patient/a', { version: 2 }));
      for (const version of [1, 2, 4]) {
        await assert.rejects(s.save(s.put('Patient/a', { version })), isFault('conflict'), `version ${version}`);
      }
      await assert.rejects(s.save(s.put('Patient/new', { version: 2 })), isFault('conflict'));
      await s.save(s.put('Patient/a', { version: 3, deleted: true }));
      await assert.rejects(s.save(s.put('Patient/a')), isFault('conflict'), 'version 1 after a deletion');
      assert.equal((await s.store.read([s.key('Patient/a')]))[0]?.version, 3);
    });

    it('of 20 parallel updates that expect one version makes one', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      const { done, failed } = await parallel(20, i => s.save(s.put('Patient/a', { version: 2, json: `{"i":${i}}` })));
      assert.equal(done.length, 1);
      failed.forEach(error => isFault('conflict')(error));
      assert.deepEqual((await s.store.history(s.historyQuery())).rows.length, 2);
    });

    it('of 20 parallel creates of one id makes one', async () => {
      const s = scene();
      const { done, failed } = await parallel(20, () => s.save(s.put('Patient/a')));
      assert.equal(done.length, 1);
      failed.forEach(error => isFault('conflict')(error));
    });

    it('lets 20 parallel commits through that do not touch each other', async () => {
      const s = scene();
      const { done } = await parallel(20, i => s.save(s.put(`Patient/p${i}`)));
      assert.equal(done.length, 20);
      assert.equal((await s.found('Patient', { kind: 'all' })).length, 20);
    });
  });
  unchangedContract(scene);
  atomicContract(scene, records);
  reindexContract(scene);
}

function unchangedContract(scene: NewScene): void {
  describe('commit on what must be unchanged', () => {
    it('goes through where each version is current, and where there is none', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      const unchanged = [
        { key: s.key('Patient/a'), version: 1 },
        { key: s.key('Patient/none'), version: 0 },
      ];
      await s.store.commit({ unchanged, puts: [s.put('Task/t')] });
      assert.deepEqual(await s.found('Task', { kind: 'all' }), ['t']);
      await s.save(s.put('Patient/none'), s.put('Patient/a', { version: 2 }));
      assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['a', 'none']);
    });

    it('is refused where a version was deleted', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      await s.save(s.put('Patient/a', { version: 2, deleted: true }));
      const relying = (version: number) => s.store.commit({ unchanged: [{ key: s.key('Patient/a'), version }] });
      for (const version of [0, 1]) await assert.rejects(relying(version), isFault('conflict'), `version ${version}`);
      await relying(2);
    });

    it('of two that each change what the other relies on, one goes through', async () => {
      for (let round = 0; round < 5; round++) {
        const s = scene();
        await s.save(s.put('Patient/a'), s.put('Patient/b'));
        const { done, failed } = await parallel(2, i => {
          const [own, other] = i === 0 ? ['Patient/a', 'Patient/b'] : ['Patient/b', 'Patient/a'];
          const puts = [s.put(own, { version: 2 })];
          return s.store.commit({ puts, unchanged: [{ key: s.key(other), version: 1 }] });
        });
        assert.equal(done.length, 1);
        failed.forEach(error => isFault('conflict')(error));
      }
    });

    it('of two that each make what the other relies on not to be there, one goes through', async () => {
      const s = scene();
      const { done, failed } = await parallel(2, i => {
        const [own, other] = i === 0 ? ['Patient/a', 'Patient/b'] : ['Patient/b', 'Patient/a'];
        return s.store.commit({ puts: [s.put(own)], unchanged: [{ key: s.key(other), version: 0 }] });
      });
      assert.equal(done.length, 1);
      failed.forEach(error => isFault('conflict')(error));
    });
  });
}

/** A change set that would touch everything, and the one part that makes it fail. */
function doomed(s: Scene, kind: string): Record<string, ChangeSet> {
  const change: Required<ChangeSet> = {
    puts: [s.put('Patient/new'), s.put('Patient/a', { version: 2, postings: ['Patient|g|x'] })],
    reindex: [{ key: s.key('Patient/b'), version: 1, index: entries('Patient', { postings: ['Patient|g|x'] }) }],
    criteria: [{ partition: s.partition, type: 'Patient', where: g, ids: [] }],
    unchanged: [
      { key: s.key('Patient/b'), version: 1 },
      { key: s.key('Patient/none'), version: 0 },
    ],
    documents: [
      { op: 'put', document: { kind, id: 'new', value: {}, keys: {} } },
      { op: 'delete', kind, id: 'old' },
    ],
  };
  const document = { kind, id: 'old', value: {}, keys: {} };
  return {
    'a put': { ...change, puts: [...change.puts, s.put('Patient/b', { version: 3 })] },
    'a create': { ...change, puts: [...change.puts, s.put('Patient/b')] },
    'what is to be unchanged': { ...change, unchanged: [{ key: s.key('Patient/b'), version: 2 }] },
    'what is to be absent': { ...change, unchanged: [{ key: s.key('Patient/b'), version: 0 }] },
    'a criterion': { ...change, criteria: [{ ...change.criteria[0]!, ids: ['zz'] }] },
    "a document's version": { ...change, documents: [...change.documents, { op: 'put', document, expect: 7 }] },
    'a deletion': { ...change, documents: [...change.documents, { op: 'delete', kind, id: 'zz', expect: 1 }] },
  };
}

function atomicContract(scene: NewScene, records: () => Records): void {
  describe('commit is all or nothing', () => {
    const parts = ['a put', 'a create', 'what is to be unchanged', 'what is to be absent', 'a criterion'];
    for (const name of [...parts, "a document's version", 'a deletion']) {
      it(`nothing has changed where ${name} fails`, async () => {
        const s = scene();
        const kind = `doomed-${s.partition}`;
        await s.save(s.put('Patient/a'), s.put('Patient/b'));
        await records().write({ op: 'put', document: { kind, id: 'old', value: {}, keys: {} } });
        await assert.rejects(s.store.commit(doomed(s, kind)[name]!), isFault('conflict'));
        assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['a', 'b']);
        assert.deepEqual(await s.found('Patient', g), []);
        assert.equal((await s.store.history(s.historyQuery())).rows.length, 2);
        assert.equal((await records().get(kind, 'old', NOW))?.version, 1);
        assert.equal(await records().get(kind, 'new', NOW), undefined);
      });
    }

    it('[R06] what a failed commit would have been the first to be found by is found by it later', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      const first = s.put('Patient/new', { postings: [g.key] });
      await assert.rejects(s.save(first, s.put('Patient/a')), isFault('conflict'));
      await s.save(first);
      assert.deepEqual(await s.found('Patient', g), ['new']);
    });

    it('writes puts, entries and documents together', async () => {
      const s = scene();
      const kind = `together-${s.partition}`;
      await s.save(s.put('Patient/a'));
      const document = { kind, id: 'd', value: { n: 1 }, keys: { k: 'v' }, due: NOW };
      await s.store.commit({
        puts: [s.put('Patient/a', { version: 2 }), s.put('Task/t')],
        documents: [{ op: 'put', document, expect: 0 }],
      });
      assert.deepEqual(
        (await s.store.read([s.key('Patient/a'), s.key('Task/t')])).map(row => row?.version),
        [2, 1],
      );
      assert.deepEqual(await records().get(kind, 'd', NOW), { ...document, version: 1 });
    });

    it('of 20 parallel change sets that expect one document makes one, whole', async () => {
      const s = scene();
      const document = { kind: `race-${s.partition}`, id: 'd', value: {}, keys: {} };
      const { done, failed } = await parallel(20, i =>
        s.store.commit({ puts: [s.put(`Patient/p${i}`)], documents: [{ op: 'put', document, expect: 0 }] }),
      );
      assert.equal(done.length, 1);
      failed.forEach(error => isFault('conflict')(error));
      assert.equal((await s.found('Patient', { kind: 'all' })).length, 1);
    });
  });
}

function reindexContract(scene: NewScene): void {
  describe('reindex', () => {
    it('replaces the entries of the current version and makes no new one', async () => {
      const s = scene();
      const before = s.put('Patient/a', {
        postings: ['Patient|old|1'],
        ranges: [{ key: 'Patient|r', lo: 1, hi: 1 }],
        strings: [{ key: 'Patient|s', value: 'x' }],
      });
      await s.save(before);
      const index = entries('Patient', { postings: ['Patient|g|x'], main: NOW + 5 });
      await s.store.commit({ reindex: [{ key: before.key, version: 1, index }] });
      assert.deepEqual(await s.found('Patient', g), ['a']);
      assert.deepEqual(await s.found('Patient', { kind: 'posting', key: 'Patient|old|1' }), []);
      assert.deepEqual(
        await s.found('Patient', { kind: 'range', key: 'Patient|r', test: { op: 'eq', lo: 1, hi: 1 } }),
        [],
      );
      assert.deepEqual(await s.found('Patient', { kind: 'text', key: 'Patient|s', match: 'equals', value: 'x' }), []);
      const { index: _, ...version } = before;
      assert.deepEqual(await s.store.read([before.key]), [version]);
      assert.equal((await s.store.history(s.historyQuery())).rows.length, 1);
    });

    it('is skipped where the version is no longer current, and where there is none', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      await s.save(s.put('Patient/a', { version: 2 }));
      const index = entries('Patient', { postings: ['Patient|g|x'] });
      await s.store.commit({
        reindex: [
          { key: s.key('Patient/a'), version: 1, index },
          { key: s.key('Patient/zz'), version: 1, index },
        ],
        puts: [s.put('Patient/b')],
      });
      assert.deepEqual(await s.found('Patient', g), []);
      assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['a', 'b']);
    });
  });
}
