/** The write-ahead log of SQLite, and what is written to it at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteBlobs } from '../../../src/store/sqlite/blobs.js';
import { Connection, UNBOUNDED } from '../../../src/store/sqlite/connection.js';
import type { Job } from '../../../src/store/sqlite/jobs.js';
import { openSqlite } from '../../../src/store/sqlite/open.js';
import { sql, type Sql } from '../../../src/store/sqlite/sql.js';
import { WriteAheadLog } from '../../../src/store/sqlite/write-ahead-log.js';
import type { Writer } from '../../../src/store/sqlite/writer.js';
import { fixedClock } from '../../fixtures/storage-samples.js';

const MEGABYTE = 1024 * 1024;

async function* megabytes(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(Buffer.alloc(MEGABYTE, i));
}

describe('sqlite: the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-log-'));
  after(() => rmSync(folder, { recursive: true }));

  it('[R11 fault] stays short though there is always somebody who reads', async () => {
    const path = join(folder, 'store.db');
    const { store, blobs } = await openSqlite(path, fixedClock);
    const readers = [new DatabaseSync(path, { readOnly: true }), new DatabaseSync(path, { readOnly: true })];
    const [first, second] = readers as [DatabaseSync, DatabaseSync];
    const begin = (one: DatabaseSync) => one.exec('BEGIN; SELECT count(*) FROM resource');
    let [reading, next] = [first, second];
    begin(reading);
    const handOver = setInterval(() => {
      begin(next);
      reading.exec('COMMIT');
      [reading, next] = [next, reading];
    }, 20);
    let longest = 0;
    for (let i = 0; i < 12; i++) {
      await blobs.put(`blob-${i}`, megabytes(10), fixedClock.now());
      longest = Math.max(longest, statSync(`${path}-wal`).size);
    }
    clearInterval(handOver);
    for (const one of readers) one.close();
    await store.close();
    assert.ok(longest > 10 * MEGABYTE && longest < 72 * MEGABYTE, `${Math.round(longest / MEGABYTE)} MB`);
  });

  it('[R11 fault] has searches that take long begin anew where they hold up the log', () => {
    const cuts = new Int32Array(new SharedArrayBuffer(4));
    let busy = 2;
    const get = ({ text }: Sql) => (text.includes('NOOP') ? [0, 20_000, 0] : [busy-- > 0 ? 1 : 0, 0, 0]);
    const connection = { database: { exec: () => undefined }, get } as unknown as Connection;
    new WriteAheadLog(connection, cuts).shorten();
    assert.deepEqual([busy, cuts[0]], [-1, 2]);
  });

  it('ends a statement that is told to begin anew, and the next goes through', () => {
    const cuts = new Int32Array(new SharedArrayBuffer(4));
    const reading = new Connection(':memory:', { readOnly: false, cache: 100, cuts });
    reading.database.function('cut', () => Atomics.add(cuts, 0, 1));
    const within = (statement: Sql) => reading.within(UNBOUNDED, () => reading.get(statement));
    assert.throws(() => within(sql`SELECT cut(), tick(1)`), { what: 'snapshot' });
    assert.deepEqual(within(sql`SELECT tick(1)`), [1]);
    reading.close();
  });

  it('takes a large file in few commits, each of which waits for the disk', async () => {
    const jobs: Job[] = [];
    const writer = { perform: (job: Job) => (jobs.push(job), Promise.resolve()) } as unknown as Writer;
    const blobs = new SqliteBlobs({ writer, connection: undefined as unknown as Connection });
    assert.equal((await blobs.put('large', megabytes(8), fixedClock.now())).size, 8 * MEGABYTE);
    assert.ok(jobs.length <= 10, `${jobs.length} commits`);
  });
});
