/** One caller may not take the server for themselves. */
import assert from 'node:assert/strict';
import type { Bundle } from 'fhir/r4.js';
import { randomBytes, randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from '../fixtures/server.js';

describe('abuse: quota', () => {
  const clock = { time: Date.now(), now: () => clock.time };
  const world = { clock, ids: { next: randomUUID }, random: { bytes: (count: number) => randomBytes(count) } };
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ world, env: { PORTICO_RATE: '1000' } });
  });
  after(() => server.close());
  // Each test begins with a full bucket.
  beforeEach(() => (clock.time += 60_000));

  const tokens = new Map<string, string>();
  const tokenOf = (client: string): string => {
    const token = tokens.get(client) ?? server.token(client);
    tokens.set(client, token);
    return token;
  };
  const ask = (client: string, method: string, path: string, body?: object) =>
    fetch(`${server.portal}/${path}`, {
      method,
      headers: { authorization: `Bearer ${tokenOf(client)}`, 'content-type': 'application/fhir+json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const statuses = async (count: number, one: () => Promise<Response>): Promise<number[]> =>
    (await Promise.all(Array.from({ length: count }, one))).map(({ status }) => status);
  const person = { resourceType: 'Person', name: [{ family: 'Quota' }] };
  const times = (list: readonly number[], status: number): number => list.filter(one => one === status).length;

  it('[F15] writes beyond it are 429 with the time to wait; others are not touched; it comes back', async () => {
    const made = await statuses(15, () => ask('demo-system', 'POST', 'Person', person));
    assert.deepEqual([times(made, 201), times(made, 429)], [10, 5]);
    const refused = await ask('demo-system', 'GET', 'Person');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal(refused.headers.get('ratelimit'), '"caller";r=0;t=1');
    assert.match(await refused.text(), /OperationOutcome.*"throttled"/);
    assert.equal((await ask('demo-patient', 'GET', 'Patient')).status, 200);
    assert.equal((await ask('demo-system', 'GET', 'metadata')).status, 200);
    clock.time += 6_000;
    assert.equal((await ask('demo-system', 'POST', 'Person', person)).status, 201);
    assert.equal((await ask('demo-system', 'POST', 'Person', person)).status, 429);
  });

  it('[F15] reads are cheap', async () => {
    assert.deepEqual(new Set(await statuses(200, () => ask('demo-patient', 'GET', 'Patient'))), new Set([200]));
  });

  it('[F15] a batch costs what its entries do, and a transaction is taken whole or not at all', async () => {
    const bundle = (type: string, count: number) => ({
      resourceType: 'Bundle',
      type,
      entry: Array.from({ length: count }, () => ({ request: { method: 'POST', url: 'Person' }, resource: person })),
    });
    assert.equal((await ask('demo-system', 'POST', '', bundle('transaction', 11))).status, 429);
    clock.time += 60_000;
    const answer = (await (await ask('demo-system', 'POST', '', bundle('batch', 12))).json()) as Bundle;
    const entries = (answer.entry ?? []).map(({ response }) => Number(response?.status.slice(0, 3)));
    assert.deepEqual([times(entries, 201), times(entries, 429)], [10, 2]);
  });

  it('[E09] bytes beyond their number are 429, counted once for uploads at the same time, and nothing of them stays', async () => {
    const limited = await startTestServer({ world, env: { PORTICO_UPLOAD_RATE: '4' } });
    const upload = (client: string): Promise<Response> =>
      fetch(`${limited.portal}/Binary`, {
        method: 'POST',
        headers: { authorization: `Bearer ${limited.token(client)}`, 'content-type': 'text/plain' },
        body: 'x'.repeat(1_000_000),
      });
    try {
      const parallel = await statuses(8, () => upload('demo-system'));
      assert.deepEqual([times(parallel, 201), times(parallel, 429)], [4, 4]);
      assert.equal((await upload('demo-patient')).status, 201);
      const refused = await upload('demo-system');
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
      const count = await limited.app.parts.records.due('upload', Infinity, 10);
      assert.deepEqual(count, []);
      clock.time += 60_000;
      assert.equal((await upload('demo-system')).status, 201);
    } finally {
      await limited.close();
    }
  });
});
