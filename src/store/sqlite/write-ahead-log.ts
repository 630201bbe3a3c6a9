/** When the write-ahead log is written into the database file: seldom, yet it stays short. https://www.sqlite.org/wal.html */
import { BUSY_MILLISECONDS, type Connection, type Row } from './connection.js';
import { sql, type Sql } from './sql.js';

/** Pages that are not in the database file yet, beyond which a checkpoint is made under load: 32 MB. */
const PENDING_PAGES = 8192;
/** Pages beyond which the log is begun anew, even if commits and those who read it have to wait: 56 MB. */
const LOG_PAGES = 14_336;
/** What the log's file keeps when the log is begun anew. */
const FILE_BYTES = 64 * 1024 * 1024;
/** How long they are waited for: at first, and each time when they have been told to begin anew, which takes them some rows. */
const READERS_MILLISECONDS = [1000, 2000, 2000];

export class WriteAheadLog {
  private readonly connection: Connection;
  private readonly cuts: Int32Array;
  private bound = LOG_PAGES;

  /** @param connection the one that writes; @param cuts what makes readers begin anew */
  constructor(connection: Connection, cuts: Int32Array) {
    this.connection = connection;
    this.cuts = cuts;
    connection.database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${FILE_BYTES}`);
  }

  /** After each group of commits. A checkpoint that waits for nobody lets the log grow as long as there is always a reader. */
  shorten(): void {
    const [, logged = 0, done = 0] = this.connection.get(sql`PRAGMA wal_checkpoint(NOOP)`) as number[];
    if (logged > this.bound) {
      // Who reads in another process for longer is not waited for with each commit.
      this.bound = this.beginAnew() ? LOG_PAGES : logged + LOG_PAGES;
    } else if (logged - done > PENDING_PAGES) {
      this.connection.get(sql`PRAGMA wal_checkpoint(PASSIVE)`);
    }
  }

  /** In quiet moments; left for the next where a reader still needs it. */
  empty(): void {
    this.waitingAtMost(0, sql`PRAGMA wal_checkpoint(TRUNCATE)`);
  }

  /** Those who read what is only in the log end first; then those who began before all of it was in the file. */
  private beginAnew(): boolean {
    return READERS_MILLISECONDS.some(milliseconds => {
      const [busy] = this.waitingAtMost(milliseconds, sql`PRAGMA wal_checkpoint(RESTART)`);
      if (busy) Atomics.add(this.cuts, 0, 1);
      return !busy;
    });
  }

  private waitingAtMost(milliseconds: number, checkpoint: Sql): Row {
    this.connection.database.exec(`PRAGMA busy_timeout = ${milliseconds}`);
    const row = this.connection.get(checkpoint);
    this.connection.database.exec(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}`);
    return row ?? [];
  }
}
