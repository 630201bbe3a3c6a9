/** read, version, scan: the contract of what is looked up by key. */
import assert from 'node:assert/strict';
import type { Filter } from '../../src/search/query.js';
import type { Version } from '../../src/store/port.js';
import { ids, NOW, pages, pathOf, putOf } from '../fixtures/storage-samples.js';
import type { NewScene } from './store-contract.js';

const posting = (key: string): Filter => ({ kind: 'posting', key });

export function readContract(scene: NewScene): void {
  describe('read', () => {
    it('gives a version back as it was written, its text byte by byte', async () => {
      const s = scene();
      const json = '{ "resourceType":"Patient",\n"id":"a", "n":1.00, "big":1e400, "text":"Zoë 😀 \\u0001" }';
      const { index, ...version } = s.put('Patient/a', { json });
      await s.save({ ...version, index });
      assert.deepEqual(await s.store.read([version.key]), [version]);
    });

    it('answers in the order asked, with undefined for what there is not', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'), s.put('Patient/b'), s.put('Task/a'));
      const asked = ['Task/a', 'Patient/zzz', 'Patient/b', 'Patient/a', 'Patient/b'].map(path => s.key(path));
      const rows = await s.store.read(asked);
      assert.deepEqual(
        rows.map(row => row && pathOf(row.key)),
        ['Task/a', undefined, 'Patient/b', 'Patient/a', 'Patient/b'],
      );
      assert.deepEqual(await s.store.read([]), []);
    });

    it('keeps partitions apart', async () => {
      const [s, other] = [scene(), scene()];
      await s.save(s.put('Patient/a'));
      assert.deepEqual(await s.store.read([other.key('Patient/a')]), [undefined]);
      assert.deepEqual(await other.found('Patient', { kind: 'all' }), []);
    });

    it('gives a deletion as the current version', async () => {
      const s = scene();
      await s.save(s.put('Patient/a'));
      const { index, ...tombstone } = s.put('Patient/a', { version: 2, at: NOW + 1, deleted: true });
      await s.save({ ...tombstone, index });
      assert.deepEqual(await s.store.read([tombstone.key]), [tombstone]);
    });

    it('leaves out what `where` of its type excludes', async () => {
      const s = scene();
      await s.save(s.put('Patient/a', { postings: ['Patient|gender|x'] }), s.put('Patient/b'), s.put('Task/a'));
      const where = (type: string): Filter => (type === 'Patient' ? posting('Patient|gender|x') : { kind: 'all' });
      const rows = await s.store.read(
        ['Patient/b', 'Task/a', 'Patient/a'].map(path => s.key(path)),
        where,
      );
      assert.deepEqual(
        rows.map(row => row && pathOf(row.key)),
        [undefined, 'Task/a', 'Patient/a'],
      );
    });

    it('judges a tombstone by the entries it was given alone', async () => {
      const s = scene();
      await s.save(s.put('Patient/a', { postings: ['Patient|own|1', 'Patient|gender|x'] }));
      await s.save(s.put('Patient/a', { version: 2, deleted: true, postings: ['Patient|own|1'] }));
      const read = async (key: string) => (await s.store.read([s.key('Patient/a')], () => posting(key)))[0]?.version;
      assert.equal(await read('Patient|own|1'), 2);
      assert.equal(await read('Patient|gender|x'), undefined);
    });

    it('follows chains in `where`', async () => {
      const s = scene();
      const refers: Filter = { kind: 'refers', key: 'Task|for|', type: 'Patient', where: posting('Patient|gender|x') };
      await s.save(
        s.put('Patient/p', { postings: ['Patient|gender|x'] }),
        s.put('Task/a', { postings: ['Task|for|Patient/p'] }),
        s.put('Task/b', { postings: ['Task|for|Patient/q'] }),
      );
      const rows = await s.store.read([s.key('Task/a'), s.key('Task/b')], () => refers);
      assert.deepEqual(
        rows.map(row => row?.key.id),
        ['a', undefined],
      );
    });
  });
  versionContract(scene);
  scanContract(scene);
}

function versionContract(scene: NewScene): void {
  describe('version', () => {
    it('gives any version, current or not; undefined for those there are not', async () => {
      const s = scene();
      const written = [
        s.put('Patient/a'),
        s.put('Patient/a', { version: 2, at: NOW + 1, method: 'PATCH' }),
        s.put('Patient/a', { version: 3, at: NOW + 2, deleted: true }),
      ];
      for (const put of written) await s.save(put);
      for (const { index: _, ...version } of written) {
        const row: Version | undefined = await s.store.version(version.key, version.version);
        assert.deepEqual(row, version);
      }
      assert.equal(await s.store.version(s.key('Patient/a'), 4), undefined);
      assert.equal(await s.store.version(s.key('Patient/a'), 0), undefined);
      assert.equal(await s.store.version(s.key('Patient/b'), 1), undefined);
    });
  });
}

function scanContract(scene: NewScene): void {
  describe('scan', () => {
    it('gives every live resource of the type once, in pages', async () => {
      const s = scene();
      const names = ['e', 'B', 'a', '10', '9', 'a-1', 'a.1'];
      await s.save(...names.map(id => s.put(`Patient/${id}`)), s.put('Task/t'), s.put('Patient/gone'));
      await s.save(s.put('Patient/gone', { version: 2, deleted: true }), s.put('Patient/a', { version: 2 }));
      const all = await pages(after => s.store.scan(s.partition, 'Patient', 3, after));
      assert.deepEqual(
        all.map(page => page.rows.length),
        [3, 3, 1],
      );
      assert.deepEqual(all.flatMap(ids).toSorted(), names.toSorted());
      assert.equal(all.flatMap(page => page.rows).find(row => row.key.id === 'a')?.version, 2);
    });

    it('gives each resource that was there all along once, whatever is written in between', async () => {
      const s = scene();
      await s.save(...['b', 'd', 'f', 'h'].map(id => s.put(`Patient/${id}`)));
      const first = await s.store.scan(s.partition, 'Patient', 2);
      await s.save(...['a', 'c', 'e', 'g', 'i'].map(id => s.put(`Patient/${id}`)));
      const rest = await pages(after => s.store.scan(s.partition, 'Patient', 2, after ?? first.next));
      const seen = [...ids(first), ...rest.flatMap(ids)];
      assert.equal(new Set(seen).size, seen.length);
      for (const id of ['b', 'd', 'f', 'h']) assert.ok(seen.includes(id), id);
    });

    it('is empty for an unknown type', async () => {
      const { store, partition } = scene();
      await store.commit({ puts: [putOf(partition, 'Task/a')] });
      assert.deepEqual(await store.scan(partition, 'Patient', 5), { rows: [] });
    });
  });
}
