/** A stop drops no request, and is over in time whatever a caller does. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request, type ClientRequest, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { systemClock } from '../../src/fhir/clock.js';
import { openSqlite } from '../../src/store/sqlite/open.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';
import { defined } from '../../src/fhir/defined.js';

const stopping = 'test/fixtures/stopping.js';
const person = JSON.stringify({ resourceType: 'Person', name: [{ family: 'Load' }] });

interface Answer {
  status: number;
  connection: string | undefined;
}

/** What became of a request: its answer, or the error code that came in place of one. */
type Fate = Answer | string;

describe('faults: stop', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-stop-'));
  const agent = new Agent({ keepAlive: true });
  const started: ChildProcess[] = [];
  after(() => {
    agent.destroy();
    started.forEach(child => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true });
  });

  async function start(file?: string, ...args: string[]): Promise<ChildServer> {
    const env = { PORTICO_LOG_LEVEL: 'error' };
    const server = await startChildServer({ folder, args, env, ...defined({ file }) });
    started.push(server.child);
    return server;
  }

  const token = () => developmentToken(loadSigningKey(folder), 'demo-system', undefined, Date.now());

  function post(
    port: number,
    authorization: string,
    through: Agent | false,
    more: Record<string, string> = {},
  ): [ClientRequest, Promise<Fate>] {
    const headers = {
      ...more,
      authorization,
      'content-type': 'application/fhir+json',
      'content-length': person.length,
    };
    return send({ port, method: 'POST', path: '/fhir/portal/Person', agent: through, headers });
  }

  it('[R32] SIGTERM under load: not ready at once, every accepted request answered and kept, exit 0', async () => {
    // A busy machine may hold up either process: requests that must be answered are sent in the first part of the grace.
    const [grace, early, afterGrace] = [2000, 800, 2600];
    const { child, port, ended } = await start(stopping, JSON.stringify({ grace, cut: 27_000, end: 30_000 }));
    const bearer = `Bearer ${token()}`;
    const owed: Fate[] = [];
    const late: Fate[] = [];
    let owing = true;
    /** One caller: a request behind the other, for as long as they are answered. */
    const call = async (through: Agent | false): Promise<void> => {
      for (let fate: Fate = { status: 0, connection: undefined }; typeof fate !== 'string';) {
        const fates = owing ? owed : late;
        const [created, answer] = post(port, bearer, through);
        created.end(person);
        fates.push((fate = await answer));
      }
    };
    const callers = Array.from({ length: 16 }, (_, i) => call(i % 4 === 0 ? false : agent));
    while (owed.length < 50) await pause(10);
    const ready = () => get(port, '/health/ready');
    assert.deepEqual(summary([await ready()]), ['200']);
    const [slow, slowFate] = post(port, bearer, false);
    slow.write(person.slice(0, 20));
    await pause(100);
    child.kill('SIGTERM');
    child.kill('SIGINT');
    setTimeout(() => (owing = false), early);
    setTimeout(() => slow.end(person.slice(20)), afterGrace);
    let health = await ready();
    while (typeof health !== 'string' && health.status === 200) health = await ready();
    assert.deepEqual(summary([health]), ['503']);
    assert.equal(await Promise.race([ended, pause(31_000, 'late', { ref: false })]), 0);
    await Promise.all(callers);
    owed.push(await slowFate);
    assert.deepEqual(summary(owed), ['201']);
    // The last ones may come to a socket that closes in that moment: then nothing was done for them.
    const endings = ['201', 'ECONNREFUSED', 'ECONNRESET'];
    assert.deepEqual(
      summary(late).filter(ending => !endings.includes(ending)),
      [],
    );
    const answered = [...owed, ...late].filter(fate => typeof fate !== 'string');
    assert.ok(
      answered.some(({ connection }) => connection === 'close'),
      'connections are told to close',
    );
    assert.equal(await countKept(), answered.length);
  });

  it('[R32] the program itself stops on a signal with 0', async () => {
    const { child, ended } = await start();
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });

  /** Opens the store that the server has left. */
  async function countKept(): Promise<number> {
    const { store } = await openSqlite(join(folder, 'portico.db'), systemClock);
    const { rows } = await store.scan('portal', 'Person', 10_000);
    await store.close();
    return rows.filter(({ json }) => json.includes('"family":"Load"')).length;
  }

  it('[R33] a client that never finishes is cut off, and a second signal changes nothing', async () => {
    const times = { grace: 50, cut: 600, end: 10_000 };
    const { child, port, ended } = await start(stopping, JSON.stringify(times));
    const [never, fate] = post(port, `Bearer ${token()}`, false, { expect: '100-continue' });
    never.write(person.slice(0, 20));
    await once(never, 'continue');
    const from = performance.now();
    child.kill('SIGTERM');
    await pause(300);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    assert.ok(performance.now() - from >= 550);
    assert.equal(await fate, 'ECONNRESET');
  });

  it('[R33] what does not close is ended by force', async () => {
    const { child, ended } = await start(stopping, JSON.stringify({ grace: 0, cut: 100, end: 300 }), 'hang');
    child.kill('SIGTERM');
    assert.equal(await ended, 1);
  });
});

/** Statuses and error codes, each once. */
const summary = (fates: readonly Fate[]): string[] =>
  [...new Set(fates.map(fate => (typeof fate === 'string' ? fate : String(fate.status))))].sort();

const get = (port: number, path: string): Promise<Fate> => {
  const [sent, fate] = send({ port, path, agent: false });
  sent.end();
  return fate;
};

function send(options: RequestOptions): [ClientRequest, Promise<Fate>] {
  const sent = request({ host: '127.0.0.1', ...options });
  const fate = new Promise<Fate>(resolve => {
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.on('response', response => {
      const { connection } = response.headers;
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, connection }));
      response.on('error', (error: NodeJS.ErrnoException) => resolve(`cut: ${error.code ?? ''}`));
    });
  });
  return [sent, fate];
}
