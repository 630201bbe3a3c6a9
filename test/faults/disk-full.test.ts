/** A file that cannot grow any more: nothing is acknowledged, reading goes on, and so does writing once there is room. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openSqlite } from '../../src/store/sqlite/open.js';

const CHILD = fileURLToPath(new URL('../fixtures/sqlite-full.js', import.meta.url));
/** In blocks of 512 bytes: 2 MB. A write beyond fails, as it does on a full disk; the signal that tells of it is ignored. */
const LIMITED = 'trap "" XFSZ; ulimit -S -f 4096; exec "$@"';

describe('faults: disk full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-full-'));
  after(() => rmSync(folder, { recursive: true }));

  it('[R06] writes answer unavailable, reads go on, no part of a write stays, and writing resumes with room', async () => {
    const path = join(folder, 'store.db');
    const child = spawn('sh', ['-c', LIMITED, 'sh', process.execPath, CHILD, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value ?? 'null') as Record<string, unknown>;

    const { written, ...full } = await next();
    assert.ok(Number(written) > 5);
    assert.deepEqual(full, { kind: 'unavailable', headers: { 'retry-after': '5' }, readable: written });
    assert.deepEqual(await next(), { again: 'unavailable' });

    execFileSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited']);
    child.stdin.end('.');
    assert.deepEqual(await next(), { recovered: true, readable: Number(written) + 1 });
    await new Promise(resolve => child.once('close', resolve));

    const { store } = await openSqlite(path);
    const of = [{ type: 'Task', where: { kind: 'all' } as const }];
    assert.equal(await store.count({ partition: 'p', of, deadline: Infinity }, 10_000), Number(written) + 1);
    await store.close();
  });
});
