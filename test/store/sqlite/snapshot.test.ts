/** Statements of one turn of the event loop share a snapshot; nothing that a caller can know of is missing from it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Connection, type Row } from '../../../src/store/sqlite/connection.js';
import { renewSnapshots, Snapshot } from '../../../src/store/sqlite/snapshot.js';
import { sql, type Sql } from '../../../src/store/sqlite/sql.js';

describe('sqlite: a snapshot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-snapshot-'));
  const path = join(folder, 'store.db');
  const writer = new DatabaseSync(path);
  writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE one (value INTEGER); INSERT INTO one VALUES (0)');
  const reading = new Connection(path, { readOnly: true, cache: 100, shared: true });
  after(() => {
    reading.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });
  const read = (): number => reading.get(sql`SELECT value FROM one`)![0] as number;
  const write = (value: number): void => void writer.prepare('UPDATE one SET value = ?').run(value);

  /** The next time that something arrives, as a request does: not one of the loop's later phases. */
  const arrival = (): Promise<void> =>
    new Promise(resolve => {
      const { port1, port2 } = new MessageChannel();
      port1.once('message', () => {
        port1.close();
        resolve();
      });
      port2.postMessage('');
    });

  it('[R06] is given up where the disk fails at its end, and the next one is taken', async () => {
    const database = new DatabaseSync(path, { readOnly: true });
    const failing = {
      exec: (text: string) => database.exec(text),
      prepare: (text: string) =>
        text === 'COMMIT' ? { run: () => assert.fail('disk I/O error') } : database.prepare(text),
      get isOpen() {
        return database.isOpen;
      },
      get isTransaction() {
        return database.isTransaction;
      },
    };
    const snapshot = new Snapshot(failing as unknown as DatabaseSync);
    for (let turn = 0; turn < 3; turn++) {
      snapshot.take();
      assert.ok(database.isTransaction);
      await nextTurn();
      await nextTurn();
      assert.ok(!database.isTransaction);
    }
    database.close();
  });

  it('is one for the statements of a turn, whatever else is committed meanwhile', async () => {
    await arrival();
    write(1);
    assert.equal(read(), 1);
    write(2);
    assert.equal(read(), 1);
    await Promise.resolve();
    assert.equal(read(), 1);
  });

  it('is another for what arrives later, even where the last was taken late in the turn', async () => {
    await nextTurn();
    write(3);
    assert.equal(read(), 3);
    write(4);
    await arrival();
    assert.equal(read(), 4);
  });

  it('is another once a thread has answered', async () => {
    await arrival();
    write(5);
    assert.equal(read(), 5);
    write(6);
    renewSnapshots();
    assert.equal(read(), 6);
  });

  it('ends with its turn, so that the log can be begun anew', async () => {
    await arrival();
    read();
    await nextTurn();
    await nextTurn();
    write(7);
    const { busy } = writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    assert.equal(busy, 0);
  });

  it('has counts of its own, which later ones share until something is committed', async () => {
    const asked: unknown[] = [];
    const get = (statement: Sql): Row | undefined => {
      asked.push(statement.values[0]);
      return Connection.prototype.get.call(reading, statement);
    };
    reading.get = get;
    const countFrom = (least: number): number => reading.count(sql`SELECT count(*) FROM one WHERE value >= ${least}`);
    write(8);
    await arrival();
    assert.deepEqual([countFrom(8), countFrom(9)], [1, 0]);
    await arrival();
    assert.deepEqual([countFrom(8), countFrom(9)], [1, 0]);
    assert.deepEqual(asked, [8, 9]);
    write(9);
    await arrival();
    assert.deepEqual([countFrom(8), countFrom(9)], [1, 1]);
    write(8);
    assert.equal(countFrom(9), 1);
    renewSnapshots();
    assert.equal(countFrom(9), 0);
    reading.get = Connection.prototype.get;
  });

  it('ends where the connection is closed amid a turn', async () => {
    const other = new Connection(path, { readOnly: true, cache: 100, shared: true });
    await arrival();
    other.get(sql`SELECT value FROM one`);
    other.close();
    await nextTurn();
  });
});
