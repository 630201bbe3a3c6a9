/** Audit logs are read piece by piece. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedName, listLogs, openName, readLog } from '../../../src/observe/audit/log-folder.js';

describe('observe/audit/log-folder', () => {
  let folder: string;
  const name = openName({ chain: 'a', line: 0, begun: Date.UTC(2026, 0, 1) });
  const read = async () => readLog(folder, (await listLogs(folder))[0]!);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reads whole lines of any length and script, and not what a write has begun', async () => {
    const lines = Array.from({ length: 3000 }, (_, at) => `${at} ${'مريض'.repeat(at % 60)}`);
    lines.push('x'.repeat(300_000));
    writeFileSync(join(folder, name), `start\n${lines.join('\n')}\nhalf a li`);
    assert.deepEqual(await read(), { chain: 'a', line: 0, start: 'start', lines });
  });

  it('finds a file that is closed meanwhile, and none that is gone', async () => {
    writeFileSync(join(folder, name), '');
    const [found] = await listLogs(folder);
    rmSync(join(folder, name));
    assert.equal(await readLog(folder, found!), undefined);
    writeFileSync(join(folder, closedName(name)), 'start\none\n');
    assert.deepEqual((await readLog(folder, found!))?.lines, ['one']);
  });
});
