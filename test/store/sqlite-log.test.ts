/** The write-ahead log of SQLite, and what is written to it at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Filter } from '../../src/search/query.js';
import { SqliteBlobs } from '../../src/store/sqlite/blobs.js';
import type { Connection } from '../../src/store/sqlite/connection.js';
import type { Job } from '../../src/store/sqlite/jobs.js';
import { openSqlite } from '../../src/store/sqlite/open.js';
import type { Writer } from '../../src/store/sqlite/writer.js';
import { fixedClock, Scene } from '../fixtures/storage-samples.js';

const MEGABYTE = 1024 * 1024;

/** Each task is tried against all tasks of the one patient: quadratic, many seconds of work. */
const TASKS = 25_000;
const laborious: Filter = {
  kind: 'not',
  of: {
    kind: 'refers',
    key: 'Task|for|',
    type: 'Patient',
    where: {
      kind: 'referred',
      type: 'Task',
      key: 'Task|for|',
      own: 'Patient',
      where: { kind: 'text', key: 'Task|name', match: 'contains', value: 'nowhere' },
    },
  },
};

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

  it('[R11 fault] has searches that take long begin anew', async () => {
    const path = join(folder, 'searched.db');
    const { store, blobs } = await openSqlite(path, { now: () => Date.now() });
    const scene = new Scene(store, 'p');
    await scene.save(scene.put('Patient/1'));
    const tasks = Array.from({ length: TASKS }, (_, i) =>
      scene.put(`Task/${i}`, {
        postings: ['Task|for|Patient/1'],
        strings: [{ key: 'Task|name', value: `task number ${i}` }],
      }),
    );
    await scene.save(...tasks);
    const searches = [1, 2].map(() => store.search(scene.query('Task', laborious, { deadline: Date.now() + 100_000 })));
    const ended = Promise.allSettled(searches);
    let longest = 0;
    for (let i = 0; i < 8; i++) {
      await blobs.put(`blob-${i}`, megabytes(10), fixedClock.now());
      longest = Math.max(longest, statSync(`${path}-wal`).size);
    }
    await store.close();
    await ended;
    assert.ok(longest > 10 * MEGABYTE && longest < 72 * MEGABYTE, `${Math.round(longest / MEGABYTE)} MB`);
  });

  it('takes a large file in few commits, each of which waits for the disk', async () => {
    const jobs: Job[] = [];
    const writer = { perform: (job: Job) => (jobs.push(job), Promise.resolve()) } as unknown as Writer;
    const blobs = new SqliteBlobs({ writer, connection: undefined as unknown as Connection });
    assert.equal((await blobs.put('large', megabytes(8), fixedClock.now())).size, 8 * MEGABYTE);
    assert.ok(jobs.length <= 10, `${jobs.length} commits`);
  });
});
