/** Uploads while the disk is full: nothing is acknowledged or half there, what is stored opens, and uploads go on once there is room. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bundle } from 'fhir/r4.js';
import { developmentToken } from '../../src/access/development-issuer.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { startChildServer, type ChildServer } from '../fixtures/child-server.js';

const MEGABYTE = 1024 * 1024;
const FILE = Buffer.alloc(4 * MEGABYTE, 'x');
/** No file grows beyond 32 MB, as on a disk without more room; the signal that tells of it is ignored. */
const LIMITED = ['sh', '-c', `trap "" XFSZ; ulimit -S -f ${(32 * MEGABYTE) / 512}; exec "$@"`, 'sh'];

describe('faults: uploads and a full disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-full-'));
  let server: ChildServer;
  let headers: Record<string, string>;
  before(async () => {
    server = await startChildServer({
      folder,
      env: { PORTICO_DEMO: 'on', PORTICO_LOG_LEVEL: 'silent' },
      within: LIMITED,
    });
    headers = {
      authorization: `Bearer ${developmentToken(loadSigningKey(folder), 'demo-system', undefined, Date.now())}`,
    };
  });
  after(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
    rmSync(folder, { recursive: true });
  });

  const call = (path: string, more: Record<string, string> = {}, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}/fhir/portal/${path}`, {
      ...(body && { method: 'POST', body }),
      headers: { ...headers, ...more },
    });
  const upload = (): Promise<Response> => call('Binary', { 'content-type': 'application/pdf' }, new Uint8Array(FILE));
  const idOf = (answer: Response): string => answer.headers.get('location')?.split('/').at(-3) ?? '';

  it('[R06] [R07] answers 503, keeps no half of a file, and takes the next once there is room', async () => {
    const stored: string[] = [];
    let full: Response | undefined;
    for (let at = 0; at < 32 && !full; at++) {
      const answer = await upload();
      if (answer.status === 201) stored.push(idOf(answer));
      else full = answer;
    }
    assert.deepEqual([full?.status, full?.headers.get('cache-control')], [503, 'no-store']);
    assert.ok(Number(full?.headers.get('retry-after')) > 0);
    for (const id of stored) {
      const opened = await call(`Binary/${id}`, { accept: 'application/pdf' });
      assert.deepEqual([opened.status, (await opened.arrayBuffer()).byteLength], [200, FILE.length]);
    }
    execFileSync('prlimit', [`--pid=${server.child.pid}`, '--fsize=unlimited']);
    let again = await upload();
    for (const until = Date.now() + 10_000; again.status !== 201 && Date.now() < until; again = await upload())
      await pause(200);
    assert.equal(again.status, 201);
    const found = (await (await call('Binary?_summary=count')).json()) as Bundle;
    assert.equal(found.total, stored.length + 1);
  });
});
