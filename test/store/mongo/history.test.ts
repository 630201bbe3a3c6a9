/** A history whose condition holds for too many resources to name them is told in batches, and says the same. */
import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import type { Filter } from '../../../src/search/query.js';
import { storageOver } from '../../../src/store/mongo/open.js';
import type { Storage } from '../../../src/store/port.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';
import { fixedClock, NOW, pages, Scene } from '../../fixtures/storage-samples.js';

describeMongo('mongo history', () => {
  let storage: Storage;
  before(async () => {
    const client = new MongoClient(await freshMongoUri());
    storage = await storageOver(client, fixedClock, { chain: 100, few: 20, batch: 10, criteria: 60_000 });
  });
  after(() => storage.store.close());

  it('of more resources than a filter names', async () => {
    const s = new Scene(storage.store, 'p');
    const many = Array.from({ length: 60 }, (_, i) => i);
    const shown = (i: number) => i % 10 !== 0;
    await s.save(
      ...many.map(i => s.put(`Patient/x${i}`, { at: NOW + i, postings: shown(i) ? [] : ['Patient|security|R'] })),
    );
    const where: Filter = { kind: 'not', of: { kind: 'posting', key: 'Patient|security|R' } };
    const query = s.historyQuery({ of: [{ type: 'Patient', where }], limit: 20 });
    const told = await pages(after => s.store.history({ ...query, ...(after && { after }) }));
    assert.deepEqual(
      told.flatMap(page => page.rows.map(row => row.key.id)),
      many.filter(shown).reverse().map(i => `x${i}`), // prettier-ignore
    );
    assert.equal(await s.store.countHistory(query, 35), 35);
    assert.equal(await s.store.countHistory(query, 200), 54);
  });
});
