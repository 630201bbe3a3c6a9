/** The order of the end: answers first, then their audit, then the work in the background, the storage last. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { openMemory } from '../../src/store/memory/open.js';
import { systemClock } from '../../src/fhir/clock.js';
import { createServing, type ServingParts } from '../../src/compose/serving.js';
import { startTestServer } from '../fixtures/server.js';

/** Serving over parts that write down what ends when. @param slow a round of the background work */
function recorded(slow: string): { serving: ReturnType<typeof createServing>; ends: string[] } {
  const ends: string[] = [];
  const ending = (name: string) => async (): Promise<void> => {
    await new Promise(resolve => setImmediate(resolve));
    ends.push(name);
  };
  /** A round under way until the end has begun, and then longer than any other part. */
  const round = (name: string) => async (): Promise<number> => {
    for (let turns = 0; name === slow && turns < 50; turns += ends.includes('audit') ? 1 : 0)
      await new Promise(resolve => setImmediate(resolve));
    ends.push(name);
    return 0;
  };
  const worker = (name: string) => ({ start: () => undefined, stop: ending(name) });
  const parts = {
    config: { url: 'http://x', host: '127.0.0.1', port: 0, mail: {}, limits: { requestTimeout: 1000 }, store: {} },
    world: { ids: { next: () => 'id' }, clock: systemClock },
    model: { endpoints: [], definitions: {} },
    access: {},
    hooks: [],
    log: { error: () => undefined, flush: ending('log') },
    workers: [worker('account requests')],
    dispatcher: worker('dispatcher'),
    outbound: [{ close: () => ends.push('outbound') }],
    reindexer: worker('reindexer'),
    audit: { close: () => ends.push('audit'), persist: round('audit stored'), expire: () => Promise.resolve(0) },
    stores: {
      store: { close: ending('storage') },
      records: { lease: () => [], expire: round('house kept') },
      blobs: {},
    },
    owned: true,
  };
  return { serving: createServing(parts as unknown as ServingParts), ends };
}

describe('the end of a server', () => {
  for (const slow of ['audit stored', 'house kept'])
    it(`[R32] ends the work in the background before the storage it uses, and the log last: ${slow}`, async () => {
      const { serving, ends } = recorded(slow);
      await serving.listen();
      await serving.close();
      assert.deepEqual(ends.slice(0, 3).toSorted(), ['audit', 'audit stored', 'house kept']);
      assert.deepEqual(ends.slice(3), ['account requests', 'dispatcher', 'outbound', 'reindexer', 'storage', 'log']);
    });

  it('[R32] [H06] audits what is answered while it stops', async () => {
    const storage = openMemory(systemClock);
    const server = await startTestServer({ storage });
    const { dispatcher } = server.app;
    let stopped = false;
    const stop = dispatcher.stop.bind(dispatcher);
    Object.assign(dispatcher, { stop: () => ((stopped = true), stop()) });
    const body = JSON.stringify({
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Patient/demo-patient' } }],
    });
    const headers = {
      authorization: `Bearer ${server.token('demo-system')}`,
      'content-type': 'application/fhir+json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    };
    const slow = request(server.portal, { method: 'POST', headers });
    const status = new Promise<number | undefined>((resolve, reject) => {
      slow.on('error', reject).on('response', response => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
    });
    slow.write(body.slice(0, 10));
    await once(slow, 'continue');
    const closed = server.close();
    await new Promise(resolve => setTimeout(resolve, 50));
    assert.equal(stopped, false, 'nothing in the background ends while a request is open');
    slow.end(body.slice(10));
    assert.equal(await status, 200, 'it could be audited');
    await closed;
    assert.equal(stopped, true);
  });
});
