/** What only whole processes show: two on one storage, one without descriptors, one that breaks. */
import assert from 'node:assert/strict';
import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';
import { defined } from '../../src/fhir/defined.js';

describe('faults: processes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-processes-'));
  const started: ChildProcess[] = [];
  after(() => {
    started.forEach(child => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true });
  });

  async function start(file?: string, ...args: string[]): Promise<ChildServer> {
    const env = { PORTICO_LOG_LEVEL: 'error' };
    const server = await startChildServer({ folder, args, env, ...defined({ file }) });
    started.push(server.child);
    return server;
  }

  async function call(port: number, method: string, path: string, headers: Record<string, string> = {}) {
    const token = developmentToken(loadSigningKey(folder), 'demo-system', undefined, Date.now());
    const response = await fetch(`http://127.0.0.1:${port}/fhir/portal/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
      ...(method === 'POST' ? { body: JSON.stringify({ resourceType: 'Person', name: [{ family: 'Two' }] }) } : {}),
    });
    return { status: response.status, body: (await response.json()) as { total?: number } };
  }

  it('[R10 fault] two servers on one data folder, started at once, are one', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const posts = Array.from({ length: 20 }, (_, at) =>
      call((at % 2 === 0 ? one : other).port, 'POST', 'Person', { 'if-none-exist': 'name=Two' }),
    );
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    assert.equal(statuses.filter(status => status === 201).length, 1);
    assert.equal(statuses.filter(status => status === 200).length, 19);
    for (const { port } of [one, other]) {
      assert.equal((await call(port, 'GET', 'Person?name=Two&_summary=count')).body.total, 1);
      assert.equal((await call(port, 'GET', 'Patient/demo-patient')).status, 200);
    }
    one.child.kill('SIGTERM');
    other.child.kill('SIGTERM');
    assert.deepEqual(await Promise.all([one.ended, other.ended]), [0, 0]);
  });

  it('[H07] what a server keeps is closed to other users', () => {
    const files = readdirSync(folder, { recursive: true }).map(name => join(folder, String(name)));
    const open = files.filter(file => (statSync(file).mode & 0o077) !== 0);
    assert.deepEqual(open, []);
    assert.ok(files.length > 3);
  });

  it('[H07] whatever else the program makes is closed to them too', async () => {
    const { child, ended } = await start();
    assert.match(readFileSync(`/proc/${child.pid}/status`, 'utf8'), /^Umask:\s*0077$/m);
    child.kill();
    await ended;
  });

  it('[R09 fault] out of descriptors it refuses callers, and serves again when they have gone', async () => {
    const { child, port } = await start();
    assert.equal((await call(port, 'GET', 'Patient/demo-patient')).status, 200);
    execFileSync('prlimit', [`--pid=${child.pid}`, '--nofile=64:64']);
    const crowd = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await pause(500);
    crowd.forEach(socket => socket.destroy());
    const status = (): Promise<number> =>
      call(port, 'GET', 'Patient/demo-patient').then(
        answer => answer.status,
        () => 0,
      );
    // It takes the server a moment to see that they have gone.
    while ((await status()) !== 200) await pause(50);
    assert.equal(child.exitCode, null);
    assert.equal((await call(port, 'POST', 'Person')).status, 201);
    child.kill('SIGTERM');
  });

  for (const where of ['timer', 'promise']) {
    it(`[H03] an error that nothing catches, in a ${where}, ends the process with 1 and tells nothing of what was sent`, async () => {
      const { child, printed } = await start('test/fixtures/crashing.js', where);
      if (child.exitCode === null) await once(child, 'exit');
      assert.equal(child.exitCode, 1);
      assert.ok(!printed().includes('canary'), printed());
      assert.match(printed(), /"msg":"uncaught error"/);
      assert.match(printed(), /"at":\[/);
    });
  }
});
