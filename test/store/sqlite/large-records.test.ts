/** Records on SQLite: a large one costs those nothing that are looked up beside it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '../../../src/store/port.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';

const LARGE = 200_000;
const LOOKUPS = 200;

/** Bytes that this process has read from files so far. */
const bytesRead = (): number => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

describe('sqlite: large records', () => {
  let folder: string;
  let storage: Storage;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-test-'));
    storage = await openSqlite(join(folder, 'x.db'));
    const value = { text: 'x'.repeat(LARGE) };
    for (let i = 0; i < 30; i++) {
      const document = {
        kind: i % 2 === 0 ? 'large' : 'small',
        id: String(i),
        value: i % 2 === 0 ? value : {},
        keys: {},
      };
      await storage.records.write({ op: 'put', document });
    }
  });
  after(async () => {
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });

  it('are not read to find others', async function () {
    if (process.platform !== 'linux') return this.skip();
    await storage.records.get('small', '1', 0);
    const before = bytesRead();
    for (let i = 0; i < LOOKUPS; i++) await storage.records.get('small', String(i % 30), 0);
    assert.ok((bytesRead() - before) / LOOKUPS < LARGE / 10, `${(bytesRead() - before) / LOOKUPS} bytes a look-up`);
  });
});
