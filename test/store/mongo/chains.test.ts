/** Chains that find more than a filter can hold: rows are judged in batches, and every answer is the same. */
import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import type { Clock } from '../../../src/fhir/clock.js';
import type { Filter } from '../../../src/search/query.js';
import { storageOver } from '../../../src/store/mongo/open.js';
import type { Storage } from '../../../src/store/port.js';
import { isFault } from '../../contract/faults.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';
import { fixedClock, ids, pages, Scene } from '../../fixtures/storage-samples.js';
import { storeModel } from '../../property/store-model.js';

/** A storage where four are too many for a chain, three for a history, and four are a batch. */
const open = async (clock: Clock): Promise<Storage> =>
  storageOver(new MongoClient(await freshMongoUri()), clock, { chain: 3, few: 2, batch: 4, criteria: 60_000 });

const female: Filter = { kind: 'posting', key: 'Patient|gender|=f' };
const refers = (key: string, type: string, where: Filter): Filter => ({ kind: 'refers', key, type, where });
const forFemale = refers('Task|for|', 'Patient', female);
/** Observations of a task for a woman: each of the two steps finds too many. */
const ofHers = refers('Observation|focus|', 'Task', forFemale);
const withObservation: Filter = {
  ...{ kind: 'referred', type: 'Task', key: 'Task|for|', own: 'Patient' },
  where: { kind: 'referred', type: 'Observation', key: 'Observation|focus|', own: 'Task', where: { kind: 'all' } },
};

describeMongo('mongo chains beyond the limit', () => {
  // In depth one no chain holds another: a single row could be reached by too many through a second step.
  storeModel('mongo with little room', open, 8, 1);

  let storage: Storage;
  let s: Scene;
  const even = [8, 6, 4, 2, 0].map(i => `o${i}`);
  before(async () => {
    storage = await open(fixedClock);
    s = new Scene(storage.store, 'p');
    for (let i = 0; i < 10; i++) {
      await s.save(
        s.put(`Patient/p${i}`, { main: i, postings: [`Patient|gender|=${i % 2 === 0 ? 'f' : 'm'}`] }),
        s.put(`Task/t${i}`, { main: i, postings: [`Task|for|Patient/p${i}`] }),
        s.put(`Observation/o${i}`, { main: i, postings: [`Observation|focus|Task/t${i}`] }),
      );
    }
  });
  after(() => storage.store.close());

  it('finds, counts and pages, chain in chain, in order', async () => {
    const query = s.query('Observation', ofHers, { limit: 2 });
    const found = await pages(after => storage.store.search({ ...query, ...(after && { after }) }));
    assert.deepEqual(found.map(ids), [even.slice(0, 2), even.slice(2, 4), even.slice(4)]);
    assert.equal(await storage.store.count(query, 1000), 5);
    assert.equal(await storage.store.count(query, 3), 3);
    assert.deepEqual(
      await s.found('Patient', withObservation),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(i => `p${i}`),
    );
    const not = await s.found('Observation', { kind: 'not', of: ofHers });
    assert.deepEqual(not, [1, 3, 5, 7, 9].map(i => `o${i}`)); // prettier-ignore
  });

  it('reads by key, tells histories and holds criteria', async () => {
    const read = await storage.store.read([s.key('Observation/o3'), s.key('Observation/o4')], () => ofHers);
    assert.deepEqual(read.map(version => version?.key.id), [undefined, 'o4']); // prettier-ignore
    const told = await storage.store.history(s.historyQuery({ of: [{ type: 'Observation', where: ofHers }] }));
    assert.deepEqual(ids(told).toSorted(), even.toSorted());
    const criterion = { partition: 'p', type: 'Observation', where: ofHers };
    await storage.store.commit({ criteria: [{ ...criterion, ids: even }] });
    const wrong = storage.store.commit({ criteria: [{ ...criterion, ids: even.slice(1) }] });
    await assert.rejects(wrong, isFault('conflict'));
  });

  it('refuses what a single resource refers to beyond the limit', async () => {
    const postings = [0, 1, 2, 3].map(i => `Group|member|Patient/p${i}`);
    await s.save(s.put('Group/g', { postings }));
    const all = refers('Group|member|', 'Patient', { kind: 'all' });
    await assert.rejects(s.found('Group', all), isFault('too-costly'));
    assert.deepEqual(await s.found('Group', refers('Group|member|', 'Patient', female)), ['g']);
  });
});
