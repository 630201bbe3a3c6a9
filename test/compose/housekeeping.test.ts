/** What a server does in the background by itself: it moves the audit into the store, and drops what is over. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { upload } from '../../src/content/upload.js';
import type { Storage } from '../../src/store/port.js';
import { startTestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('content that no commit takes'));
}

describe('the background work of a server', () => {
  eachStorage((_name, open) => {
    let world: TestWorld;
    let storage: Storage;
    before(async () => {
      world = testWorld();
      storage = await open(world.clock);
    });
    after(() => storage.store.close());

    /** Resolves once this is so while a server runs. */
    async function becomes(isSo: () => Promise<boolean>): Promise<void> {
      const server = await startTestServer({ storage, world, env: { PORTICO_AUDIT_DAYS: '30' } });
      while (!(await isSo())) await pause(20);
      await server.close();
    }
    const segments = async (): Promise<number> =>
      (await storage.records.find('audit-segment', 'list', '', world.clock.now(), 100)).length;

    it('[H06] the audit of writes goes into segments, which go when they are as old as the trail is kept', async () => {
      await becomes(() => Promise.resolve(true));
      assert.equal(await segments(), 0);
      world.advance(2 * MINUTE);
      await becomes(async () => (await segments()) > 0);
      const [oldest] = await storage.records.find('audit-segment', 'list', '', world.clock.now(), 1);
      world.advance(31 * DAY);
      const { id = '' } = oldest ?? {};
      await becomes(async () => (await storage.records.get('audit-segment', id, world.clock.now())) === undefined);
    });

    it('[R06] records that have expired go, and content that no commit has taken within an hour', async () => {
      const { id } = await upload({ ...world, ...storage }, bytes());
      const now = world.clock.now();
      const record = { kind: 'passing', id: 'x', value: {}, keys: {}, expires: now + MINUTE };
      await storage.records.write({ op: 'put', document: record });
      world.advance(2 * 60 * MINUTE);
      await becomes(async () => (await storage.blobs.open(id)) === undefined);
      assert.equal(await storage.records.get('passing', 'x', now), undefined, 'it is not merely out of sight');
    });
  });
});
