/** A file that is held outlives its process: whatever moment that dies at, it is scanned, opened or removed, once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Binary, Bundle } from 'fhir/r4.js';
import { FakeClamd, MARKER } from '../fixtures/fake-clamd.js';
import { mortalServer } from '../fixtures/mortal-server.js';

const FILES = 4;

describe('faults: held files under kill -9', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-held-'));
  const program = mortalServer(folder);
  let clamd: FakeClamd;
  before(async () => {
    clamd = await new FakeClamd().start();
  });
  after(async () => {
    program.end();
    await clamd.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (life: number) =>
    program.start(life, {
      PORTICO_DEMO: 'on',
      PORTICO_LOG_LEVEL: 'error',
      PORTICO_CLAMD: clamd.address,
      PORTICO_CLAMD_TIMEOUT: '1000',
    });

  it('[MSG-10] lose none, and leave none held', async () => {
    let server = await start(0);
    clamd.behaviour = 'down';
    const ids: string[] = [];
    for (let at = 0; at < FILES; at++) {
      const text = `${at} ${at % 2 === 0 ? 'clean' : MARKER} ${'x'.repeat(at < 2 ? 10 : 40_000)}`;
      const data = Buffer.from(text).toString('base64');
      const binary = { resourceType: 'Binary', contentType: 'text/plain', data };
      const answer = await program.call(server, 'POST', 'Binary', binary);
      assert.equal(answer.status, 201);
      ids.push(((await answer.json()) as Binary).id ?? '');
    }
    // It dies in the middle of the scans, and is left to live.
    for (const life of [1, 2]) {
      server.child.kill('SIGKILL');
      await server.ended;
      Object.assign(clamd, { behaviour: 'works', delay: 30 });
      server = await start(life);
      const until = Date.now() + 20_000;
      while (clamd.scanned.length < 2 && Date.now() < until) await pause(5);
    }
    const stateOf = async (id: string): Promise<number> => {
      const path = `Binary/${id}?_format=json`;
      const { data, _data } = (await (await program.call(server, 'GET', path)).json()) as Binary & { _data?: unknown };
      if (data !== undefined) return 200;
      return JSON.stringify(_data).includes('not-permitted') ? 410 : 409;
    };
    let states: number[] = [];
    for (const until = Date.now() + 30_000; Date.now() < until; await pause(200)) {
      states = await Promise.all(ids.map(stateOf));
      if (!states.includes(409)) break;
    }
    assert.deepEqual(
      states,
      ids.map((_id, at) => (at % 2 === 0 ? 200 : 410)),
    );
    const history = (await (await program.call(server, 'GET', `Binary/${ids[0]}/_history`)).json()) as Bundle;
    assert.equal(history.total, 2, 'it is opened once');
  });
});
