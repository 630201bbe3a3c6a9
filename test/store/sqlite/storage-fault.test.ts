/** What SQLite says of its file, as callers hear it. https://www.sqlite.org/rescode.html */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { storageFault } from '../../../src/store/sqlite/storage-fault.js';

const codes: readonly [code: number, name: string, kind: string][] = [
  [5, 'busy', 'unavailable'],
  [6, 'locked', 'unavailable'],
  [8, 'read-only', 'unavailable'],
  [10, 'an I/O error', 'unavailable'],
  [522, 'a short read, which is an I/O error', 'unavailable'],
  [13, 'full', 'unavailable'],
  [14, 'cannot open', 'unavailable'],
  [11, 'corrupt', 'exception'],
  [19, 'a constraint', 'exception'],
];

describe('sqlite: faults of the file', () => {
  for (const [errcode, name, kind] of codes)
    it(`[R06] ${name} is ${kind}`, () => {
      const fault = storageFault(Object.assign(new Error('x'), { errcode }));
      assert.equal(fault.kind, kind);
      assert.equal(fault.detail.headers?.['retry-after'], kind === 'unavailable' ? '5' : undefined);
    });

  it('[R06] of a blob whose bytes break off none stays in the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
    const path = join(folder, 'x.db');
    const { store, blobs } = await openSqlite(path);
    const broken = async function* () {
      for (let pieces = 0; pieces < 3; pieces++) yield await Promise.resolve(Buffer.alloc(1024 * 1024));
      throw new Error('hung up');
    };
    await assert.rejects(blobs.put('b', broken(), 0), /hung up/);
    await store.close();
    const file = new DatabaseSync(path, { readOnly: true });
    const rows = ['blob', 'chunk'].map(table => file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
    file.close();
    assert.deepEqual(rows, [0, 0]);
    rmSync(folder, { recursive: true });
  });
});
