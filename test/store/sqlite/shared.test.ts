/** Two openings of one file, as two processes have them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { isFault } from '../../contract/faults.js';
import { fixedClock, NOW, parallel, Scene } from '../../fixtures/storage-samples.js';

describe('sqlite: one file, opened twice', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-shared-'));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'below', 'store.db');

  it('[R10] each sees what the other wrote, and of two that expect one version one wins', async () => {
    const opened = await Promise.all([openSqlite(path, fixedClock), openSqlite(path, fixedClock)]);
    const [one, other] = opened.map(({ store }) => new Scene(store, 'p')) as [Scene, Scene];
    await one.save(one.put('Patient/a'));
    assert.equal((await other.store.read([other.key('Patient/a')]))[0]?.version, 1);
    for (let version = 2; version < 10; version++) {
      const at = NOW + version;
      const { done, failed } = await parallel(2, i => [one, other][i]!.save(one.put('Patient/a', { version, at })));
      assert.equal(done.length, 1);
      failed.forEach(error => isFault('conflict')(error));
    }
    assert.deepEqual(
      (await one.store.history(one.historyQuery())).rows.map(row => row.version),
      [9, 8, 7, 6, 5, 4, 3, 2, 1],
    );
    await Promise.all(opened.map(({ store }) => store.close()));
  });

  it('[R43] refuses a file of a later release', async () => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await assert.rejects(openSqlite(path, fixedClock), isFault('unavailable'));
  });

  it('says unavailable where the file cannot be made', async () => {
    await assert.rejects(openSqlite(join(path, 'below-a-file', 'store.db'), fixedClock), isFault('unavailable'));
  });
});
