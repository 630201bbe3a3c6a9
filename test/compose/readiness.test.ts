/** A server whose storage is gone says so: alive, and not ready. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/fhir/clock.js';
import type { Resource } from '../../src/fhir/resource.js';
import { openMemory } from '../../src/store/memory/open.js';
import { openMongo } from '../../src/store/mongo/open.js';
import type { Records, Storage } from '../../src/store/port.js';
import { FaultProxy } from '../fixtures/fault-proxy.js';
import { ownMongo, startMongo } from '../fixtures/mongo-server.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';

async function statuses({ url }: TestServer): Promise<number[]> {
  const answers = await Promise.all(['live', 'ready'].map(name => fetch(`${url}/health/${name}`)));
  return answers.map(({ status }) => status);
}

/** Answers of /health/ready stand for a second. */
async function notReady(server: TestServer): Promise<void> {
  while ((await statuses(server))[1] === 200) await pause(100);
  assert.deepEqual(await statuses(server), [200, 503]);
}

/** Milliseconds: five seconds, and what a busy machine may add. */
const SOON = 20_000;

describe('compose/readiness', () => {
  async function withServer(storage: Storage, work: (server: TestServer) => Promise<void>): Promise<void> {
    const server = await startTestServer({ storage });
    try {
      assert.deepEqual(await statuses(server), [200, 200]);
      await work(server);
    } finally {
      await server.close();
      await storage.store.close();
    }
  }

  const failures: Record<string, Records['get']> = {
    refuses: () => Promise.reject(new Error('gone')),
    'does not answer': () => new Promise(() => undefined),
  };
  for (const [title, get] of Object.entries(failures)) {
    it(`[R29] is alive and not ready within five seconds where the storage ${title}`, async () => {
      const storage = openMemory(systemClock);
      await withServer(storage, async server => {
        const from = performance.now();
        storage.records.get = get;
        await notReady(server);
        assert.ok(performance.now() - from < SOON);
      });
    });
  }

  if (ownMongo) {
    it('[R29] is not ready while the line to MongoDB is silent, and ready again by itself', async () => {
      const { uri, child } = await startMongo();
      const proxy = await FaultProxy.start(Number(new URL(uri).port));
      const options = 'directConnection=true&heartbeatFrequencyMS=500&connectTimeoutMS=5000';
      const storage = await openMongo(`mongodb://127.0.0.1:${proxy.port}/line?${options}`, systemClock);
      await withServer(storage, async server => {
        const search = () =>
          fetch(`${server.portal}/Patient`, { headers: { authorization: `Bearer ${server.token('demo-system')}` } });
        proxy.held = true;
        await notReady(server);
        const answer = await search();
        assert.equal(answer.status, 503);
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
        proxy.release();
        while ((await statuses(server))[1] !== 200) await pause(100);
        assert.equal((await search()).status, 200);
      });
      proxy.close();
      child.kill();
    });

    it('[R29] is not ready, and answers 503, where MongoDB is gone', async () => {
      const { uri, child } = await startMongo();
      await withServer(await openMongo(`${uri}/ready`, systemClock), async server => {
        child.kill('SIGKILL');
        const from = performance.now();
        await notReady(server);
        assert.ok(performance.now() - from < SOON);
        const answer = await fetch(`${server.portal}/Patient`, {
          headers: { authorization: `Bearer ${server.token('demo-system')}` },
        });
        assert.equal(answer.status, 503);
        assert.equal(((await answer.json()) as Resource).resourceType, 'OperationOutcome');
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
      });
    });
  }
});
