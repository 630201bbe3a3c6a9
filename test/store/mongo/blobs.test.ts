/** What a broken upload leaves on the way to the server: nothing. */
import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import { storageOver } from '../../../src/store/mongo/open.js';
import { fixedClock, NOW } from '../../fixtures/storage-samples.js';
import { describeMongo, freshMongoUri } from '../../fixtures/mongo-server.js';

/** Larger than GridFS's chunk of 255 KiB: the first chunk is sent before the break. */
async function* broken(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(300_000);
  throw new Error('the sender hung up');
}

describeMongo('mongo: a broken upload', () => {
  it('is deleted only once every insert has been answered', async () => {
    const client = new MongoClient(await freshMongoUri(), { monitorCommands: true });
    const { store, blobs } = await storageOver(client, fixedClock);
    const told: string[] = [];
    client.on('commandStarted', ({ commandName }) => told.push(`${commandName} sent`));
    client.on('commandSucceeded', ({ commandName }) => told.push(`${commandName} answered`));
    try {
      await assert.rejects(blobs.put('b', broken(), NOW), /hung up/);
      const order = told.filter(event => /^(insert|delete)/.test(event));
      assert.deepEqual(order, ['insert sent', 'insert answered', 'delete sent', 'delete answered']);
    } finally {
      await store.close();
    }
  });
});
