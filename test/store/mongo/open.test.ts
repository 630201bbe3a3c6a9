/** What happens where the server is absent, slow, or the wrong one. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/fhir/clock.js';
import { openMongo, requireTransactions } from '../../../src/store/mongo/open.js';
import { isFault } from '../../contract/faults.js';
import { ownMongo, startMongo } from '../../fixtures/mongo-server.js';
import { Scene } from '../../fixtures/storage-samples.js';

describe('mongo open', () => {
  it('rejects with unavailable where nobody listens', async () => {
    const uri = 'mongodb://127.0.0.1:1/portico?serverSelectionTimeoutMS=100';
    await assert.rejects(openMongo(uri, systemClock), isFault('unavailable'));
  });

  it('accepts a replica set or a cluster, and nothing without transactions', () => {
    const sessions = { logicalSessionTimeoutMinutes: 30 };
    requireTransactions({ setName: 'rs', ...sessions });
    requireTransactions({ msg: 'isdbgrid', ...sessions });
    assert.throws(() => requireTransactions(sessions), isFault('exception'));
    assert.throws(() => requireTransactions({ setName: 'rs' }), isFault('exception'));
  });

  if (!ownMongo) return;

  it('refuses a standalone server', async () => {
    const { uri, child } = await startMongo('--standalone');
    await assert.rejects(openMongo(`${uri}/portico`, systemClock), isFault('exception'));
    child.kill();
  });

  it('[R29] rejects with unavailable within the time to find a server, once the server has gone', async () => {
    const { uri, child } = await startMongo();
    const { store, records, blobs } = await openMongo(`${uri}/portico?serverSelectionTimeoutMS=300`, systemClock);
    const s = new Scene(store, 'p');
    await s.save(s.put('Patient/a'));
    child.kill('SIGKILL');
    await assert.rejects(store.read([s.key('Patient/a')]), isFault('unavailable'));
    await assert.rejects(s.save(s.put('Patient/b')), isFault('unavailable'));
    await assert.rejects(records.get('k', 'a', 0), isFault('unavailable'));
    await assert.rejects(blobs.open('b'), isFault('unavailable'));
    await assert.rejects(blobs.put('b', new Blob(['x']).stream(), 0), isFault('unavailable'));
    await store.close();
  });
});
