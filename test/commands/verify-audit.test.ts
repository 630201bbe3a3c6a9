/** `npm run verify-audit`: follows the chains of a trail, while a server writes it, and says what is wrong. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '../fixtures/server.js';

const command = fileURLToPath(new URL('../../src/commands/verify-audit.js', import.meta.url));

function verify(data: string, store: string): { status: number | null; out: string; error: string } {
  const env = { PATH: process.env['PATH'], PORTICO_DATA: data, PORTICO_STORE: store };
  const { status, stdout, stderr } = spawnSync(process.execPath, [command], { env, encoding: 'utf8' });
  return { status, out: stdout, error: stderr };
}

describe('verify-audit', () => {
  it('[H05] ends with 0 where all is in order, and with 1 where a line was changed, which it names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-verify-'));
    const store = `sqlite:${join(folder, 'portico.db')}`;
    const server = await startTestServer({ env: { PORTICO_STORE: store } });
    const headers = { authorization: `Bearer ${server.token('demo-patient')}` };
    for (let at = 0; at < 5; at++) await fetch(`${server.portal}/Patient/a-${at}`, { headers });
    const good = verify(server.folder, store);
    assert.match(good.out, /^\d+ entries in \d+ chains: \d+ segments in the store, 1 files; all in order\n$/);
    assert.deepEqual([good.status, good.error], [0, '']);
    const [name = ''] = readdirSync(join(server.folder, 'audit'));
    const file = join(server.folder, 'audit', name);
    // The whole path, for random ids of other lines may hold its end.
    writeFileSync(file, readFileSync(file, 'utf8').replace('Patient/a-2', 'Patient/a-9'));
    const bad = verify(server.folder, store);
    assert.ok(bad.out.startsWith(`file ${name}: line 3 is not as it was written\n`), bad.out);
    assert.ok(bad.out.endsWith('; 1 problems\n'), bad.out);
    assert.equal(bad.status, 1);
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('ends with 2 where there is no trail to verify', () => {
    const { status, error } = verify(tmpdir(), 'memory');
    assert.deepEqual([status, error], [2, 'PORTICO_STORE is memory: nothing of its audit trail is left\n']);
  });
});
