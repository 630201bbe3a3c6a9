/** The storage in one SQLite file: https://www.sqlite.org/wal.html. Other processes may use the same file. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock, type Clock } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import type { Storage } from '../port.js';
import { SqliteBlobs } from './blobs.js';
import { Connection } from './connection.js';
import { Readers } from './readers.js';
import { SqliteRecords } from './records.js';
import { migrate } from './schema.js';
import { unavailable } from './storage-fault.js';
import { SqliteStore } from './store.js';
import { Writer } from './writer.js';

/** A create touches some 80 pages, most for a few bytes: small ones halve what is written (measured: 1.5 times the rate). */
const PAGE_BYTES = 4096;
/** What does not fit is in the system's cache of the file, 2 µs away. */
const CACHE_KILOBYTES = 32 * 1024;
const BUSY_MILLISECONDS = 5000;

/** Creates the file and brings it to the newest schema. */
function prepare(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Made here, so that it is its owner's alone; SQLite gives its log and its shared memory the same rights.
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: BUSY_MILLISECONDS });
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL`);
    migrate(database);
  } finally {
    database.close();
  }
}

/** Opens the file, which is made with its folder where there is none. Fault `unavailable` where that cannot be done. */
export async function openSqlite(path: string, clock: Clock = systemClock): Promise<Storage> {
  try {
    prepare(path);
    const connection = new Connection(path, { readOnly: true, cache: CACHE_KILOBYTES, shared: true });
    const cuts = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const parts = { clock, connection, writer: new Writer(path, cuts), readers: new Readers(path, cuts) };
    return { store: new SqliteStore(parts), records: new SqliteRecords(parts), blobs: new SqliteBlobs(parts) };
  } catch (error) {
    throw error instanceof Fault ? error : unavailable(error);
  }
}
