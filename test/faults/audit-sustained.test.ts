/** A long run of accesses: memory, files and records stay as they are, whatever has been written before. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/fhir/clock.js';
import type { SegmentInfo } from '../../src/observe/audit/segment.js';
import { verifyTrail } from '../../src/observe/audit/verify.js';
import { openSqlite } from '../../src/store/sqlite/open.js';

const writer = fileURLToPath(new URL('../fixtures/audit-writer.js', import.meta.url));
const PARTS = 4;
const ENTRIES = PARTS * 21_000;
/** Bytes that memory may grow by from the second part to the last; a leak of the entries would be far more. */
const ROOM = 60 * 1024 * 1024;

describe('audit under sustained load', () => {
  it('[H06] neither grows nor loses an entry, and keeps no record for each', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-audit-'));
    const env = { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };
    const args = ['--expose-gc', '--max-semi-space-size=16', writer, folder, String(PARTS)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    const memory = stdout.trim().split('\n').map(Number);
    assert.equal(memory.length, PARTS);
    assert.ok(memory.at(-1)! - memory[1]! < ROOM, `resident bytes after each part: ${memory.join(', ')}`);
    assert.ok(readdirSync(join(folder, 'audit')).length <= 1, 'all files that are full are in the store');
    const { store, records } = await openSqlite(join(folder, 'portico.db'), systemClock);
    const now = () => systemClock.now();
    const { entries, problems } = await verifyTrail({ folder: join(folder, 'audit'), records, now });
    assert.deepEqual([entries, problems], [ENTRIES, []]);
    const found = await records.find('audit-segment', 'list', '', now(), 10_000);
    const segments = found.map(({ value }) => value as unknown as SegmentInfo);
    assert.ok(segments.length < ENTRIES / 1000, 'segments hold a thousand entries and more');
    assert.ok(
      segments.every(({ keys }) => keys < 1600),
      'keys are as many as patients and agents, not as entries',
    );
    await store.close();
    rmSync(folder, { recursive: true });
  });
});
