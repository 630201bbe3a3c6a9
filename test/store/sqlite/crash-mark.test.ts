/** The marks by which a server knows that the one before it has not closed the file. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markServed } from '../../../src/store/sqlite/crash-mark.js';

describe('sqlite: the mark of a process', () => {
  let path: string;
  let mask: number;
  beforeEach(() => {
    mask = process.umask(0);
    path = join(mkdtempSync(join(tmpdir(), 'portico-mark-')), 'portico.db');
  });
  afterEach(() => {
    process.umask(mask);
    rmSync(join(path, '..'), { recursive: true });
  });
  const markOf = (id: number | string): string => `${path}-served-by-${id}`;
  const dead = (): number => spawnSync(process.execPath, ['-e', '']).pid;

  it('[R12] tells of a crash by the mark of a process that is gone, or that had the id of this one', () => {
    for (const id of [dead(), process.pid, 'x']) {
      writeFileSync(markOf(id), '');
      const mark = markServed(path);
      assert.equal(mark.crashed, true, String(id));
      assert.equal(existsSync(markOf(id)), id === process.pid, 'it is told once');
      mark.remove();
    }
    assert.equal(markServed(path).crashed, false);
  });

  it('[R12] tells of none by the mark of a process that serves the file too, and leaves that', () => {
    writeFileSync(markOf(process.ppid), '');
    assert.equal(markServed(path).crashed, false);
    assert.ok(existsSync(markOf(process.ppid)));
  });

  it("[H07] its own is its owner's alone, and goes with it", () => {
    const mark = markServed(path);
    assert.equal(statSync(markOf(process.pid)).mode & 0o777, 0o600);
    mark.remove();
    assert.ok(!existsSync(markOf(process.pid)));
  });
});
