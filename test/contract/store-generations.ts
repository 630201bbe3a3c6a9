/** commit with index entries of a generation of search parameters: none of an earlier one comes after the next has begun. */
import assert from 'node:assert/strict';
import { GENERATION } from '../../src/search/generation.js';
import type { ChangeSet, Put } from '../../src/store/port.js';
import { ids, parallel, type Scene } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import type { NewScene } from './store-contract.js';

const of = (put: Put, generation: number): Put => ({ ...put, index: { ...put.index, generation } });

/** Begins the next generation of the scene's partition. */
const begin = (s: Scene): Promise<void> =>
  s.store.commit({
    documents: [{ op: 'put', document: { kind: GENERATION, id: s.partition, value: {}, keys: {} } }],
  });

export function generationsContract(scene: NewScene): void {
  describe('generations of search parameters', () => {
    it('[R93] entries must be of that of their partition; those of none are not asked', async () => {
      const [s, other] = [scene(), scene()];
      await s.save(of(s.put('Patient/a'), 0));
      await assert.rejects(s.save(of(s.put('Patient/x'), 1)), isFault('conflict'));
      await begin(s);
      const late: ChangeSet[] = [
        { puts: [of(s.put('Patient/x'), 0)] },
        { puts: [of(s.put('Patient/x'), 1), of(s.put('Patient/y'), 0)] },
        { reindex: [{ key: s.key('Patient/a'), version: 1, index: of(s.put('Patient/a'), 0).index }] },
      ];
      for (const changes of late) await assert.rejects(s.store.commit(changes), isFault('conflict'));
      await s.save(of(s.put('Patient/b'), 1), s.put('Patient/c'), of(other.put('Patient/d'), 0));
      assert.deepEqual(await s.found('Patient', { kind: 'all' }), ['a', 'b', 'c']);
    });

    it('[R93] what a scan does not see that begins after the generation is not committed later', async () => {
      const s = scene();
      const scanned = begin(s).then(async () => ids(await s.store.scan(s.partition, 'Patient', 1000)));
      const accepted: string[] = [];
      const { failed } = await parallel(12, async i => {
        for (let turn = 0; turn < i; turn++) await new Promise(resolve => setImmediate(resolve));
        await s.save(of(s.put(`Patient/p${i}`), 0));
        accepted.push(`p${i}`);
      });
      for (const error of failed) isFault('conflict')(error);
      const seen = await scanned;
      assert.deepEqual(
        accepted.filter(id => !seen.includes(id)),
        [],
      );
      await assert.rejects(s.save(of(s.put('Patient/late'), 0)), isFault('conflict'));
    });
  });
}
