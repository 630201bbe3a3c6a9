/** Readiness of the running program is the truth: it writes and reads for real, and says which part does not work. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/fhir/clock.js';
import { openMemory } from '../../src/store/memory/open.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';
import { startTestServer } from '../fixtures/server.js';

/** A write beyond a limit of the file's size fails, as on a full disk; the signal that tells of it is ignored. */
const WITHOUT_SIGNAL = ['sh', '-c', 'trap "" XFSZ; exec "$@"', 'sh'];

interface Ready {
  status: number;
  checks: Record<string, boolean>;
}

async function ready(url: string): Promise<Ready> {
  const answer = await fetch(`${url}/health/ready`);
  return { status: answer.status, checks: ((await answer.json()) as { checks: Record<string, boolean> }).checks };
}

/** The first answer with this status; answers stand for a second. */
async function becomes(url: string, status: number): Promise<Ready> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await ready(url);
    if (found.status === status) return found;
    await pause(100);
  }
  throw new Error(`/health/ready did not answer ${status}`);
}

describe('faults: readiness', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-ready-'));
  const auditFolder = join(folder, 'audit');
  let server: ChildServer;
  let url: string;
  const limit = (size: string) => execFileSync('prlimit', [`--pid=${server.child.pid}`, `--fsize=${size}:unlimited`]);

  before(async () => {
    server = await startChildServer({ folder, within: WITHOUT_SIGNAL, env: { PORTICO_LOG_LEVEL: 'silent' } });
    url = `http://127.0.0.1:${server.port}`;
  });
  after(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    rmSync(folder, { recursive: true });
  });

  it('[R06] [R29] a full disk: not ready, refusals leave no audit file each, and ready again by itself with room', async () => {
    assert.deepEqual(await ready(url), { status: 200, checks: { store: true, audit: true, running: true } });
    limit('1');
    const full = await becomes(url, 503);
    assert.deepEqual(full.checks, { store: false, audit: false, running: true });
    for (let i = 0; i < 20; i++) assert.equal((await fetch(`${url}/fhir/portal/Patient`)).status, 503);
    const files = readdirSync(auditFolder);
    assert.ok(files.length <= 2, `${files.length} files of the audit`);
    assert.deepEqual(
      files.filter(name => statSync(join(auditFolder, name)).size === 0),
      [],
    );
    limit('unlimited');
    assert.equal((await becomes(url, 200)).checks['store'], true);
    assert.equal((await fetch(`${url}/fhir/portal/Patient`)).status, 401);
  });

  it('[R29] a folder that takes no audit: not ready, though the store works', async () => {
    rmSync(auditFolder, { recursive: true });
    writeFileSync(auditFolder, '');
    assert.deepEqual((await becomes(url, 503)).checks, { store: true, audit: false, running: true });
    rmSync(auditFolder);
    await becomes(url, 200);
  });

  it('[R29] a storage that does not write, that keeps nothing, or whose reads all fail: not ready', async () => {
    for (const part of ['write', 'keep', 'read'] as const) {
      const storage = openMemory(systemClock);
      const broken = await startTestServer({ storage });
      assert.equal((await ready(broken.url)).status, 200);
      if (part === 'write') storage.records.write = () => Promise.reject(new Error('read-only'));
      else if (part === 'keep') storage.records.write = () => Promise.resolve(1);
      else storage.store.read = () => Promise.reject(new Error('I/O error'));
      assert.deepEqual((await becomes(broken.url, 503)).checks, { store: false, audit: true, running: true });
      await broken.close();
    }
  });

  it('[R29] probes at most once a second, however often anybody asks', async () => {
    const storage = openMemory(systemClock);
    const asked = await startTestServer({ storage });
    const { write } = storage.records;
    let probes = 0;
    storage.records.write = change => {
      if (change.op === 'put' && change.document.kind === 'readiness') probes += 1;
      return write.call(storage.records, change);
    };
    const from = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => ready(asked.url)));
    assert.ok(probes <= 1 + (performance.now() - from) / 1000, `${probes} probes`);
    await asked.close();
  });
});
