/** The contract of the store port (src/store/port.ts), run by every adapter. One file for each part of the port. */
import assert from 'node:assert/strict';
import type { Storage } from '../../src/store/port.js';
import { fixedClock, Scene, type Open } from '../fixtures/storage-samples.js';
import { isFault } from './faults.js';
import { commitContract } from './store-commit.js';
import { criteriaContract } from './store-criteria.js';
import { filterContract } from './store-filters.js';
import { generationsContract } from './store-generations.js';
import { historyContract } from './store-history.js';
import { readContract } from './store-read.js';
import { searchContract } from './store-search.js';
import { sizesContract } from './store-sizes.js';
import { sortContract } from './store-sort.js';
import { tallyContract } from './store-tally.js';

/** Gives each test a partition of its own. */
export type NewScene = () => Scene;

/** @param open opens a fresh, empty storage that measures time by the clock it is given. */
export function storeContract(name: string, open: Open): void {
  describe(`${name}: store`, () => {
    let storage: Storage;
    let partitions = 0;
    before(async () => {
      storage = await open(fixedClock);
    });
    after(() => storage.store.close());

    const scene: NewScene = () => new Scene(storage.store, `p${++partitions}`);
    readContract(scene);
    filterContract(scene);
    searchContract(scene);
    sortContract(scene);
    sizesContract(scene);
    tallyContract(scene);
    historyContract(scene);
    commitContract(scene, () => storage.records);
    criteriaContract(scene);
    generationsContract(scene);

    it('finishes the commits under way before it is closed', async () => {
      const other = new Scene((await open(fixedClock)).store, 'p');
      const commits = Array.from({ length: 5 }, (_, i) => other.save(other.put(`Patient/p${i}`)));
      await Promise.all([...commits, other.store.close()]);
    });

    it('rejects every call after close', async () => {
      const closed = new Scene((await open(fixedClock)).store, 'p');
      await closed.store.close();
      await assert.rejects(closed.store.read([closed.key('Patient/a')]), isFault('unavailable'));
      await assert.rejects(closed.found('Patient', { kind: 'all' }), isFault('unavailable'));
      await assert.rejects(closed.save(closed.put('Patient/a')), isFault('unavailable'));
    });
  });
}
