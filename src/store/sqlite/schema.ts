/**
 * The tables. Postings, ranges and texts hold the entries of live resources alone; each row of `resource` carries its own
 * entries too, so that an update changes exactly the rows that differ and a known row is tested without any index.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../fhir/fault.js';

/** One step for each user_version; steps are only ever added. */
const steps: readonly string[] = [
  `
  CREATE TABLE resource (
    rid INTEGER PRIMARY KEY, partition TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    at INTEGER NOT NULL, deleted INTEGER NOT NULL, method TEXT NOT NULL, main INTEGER NOT NULL, entries TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX resource_key ON resource (partition, type, id);
  CREATE INDEX resource_at ON resource (partition, type, at, version, rid);

  -- Versions that are no longer current: from at to before until.
  CREATE TABLE history (
    rid INTEGER NOT NULL, version INTEGER NOT NULL, partition TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL, until INTEGER NOT NULL, deleted INTEGER NOT NULL, method TEXT NOT NULL, json TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX history_version ON history (rid, version);
  CREATE INDEX history_at ON history (partition, type, at, version, rid);

  -- t is the resource's main date, so that a key's matches lie in the order they are asked for.
  CREATE TABLE posting (
    partition TEXT NOT NULL, key TEXT NOT NULL, t INTEGER NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (partition, key, t, rid)
  ) STRICT, WITHOUT ROWID;
  -- An entry without a second interval has an empty one there: lo2 > hi2.
  CREATE TABLE range (
    partition TEXT NOT NULL, key TEXT NOT NULL, lo REAL NOT NULL, hi REAL NOT NULL, rid INTEGER NOT NULL,
    lo2 REAL NOT NULL, hi2 REAL NOT NULL,
    PRIMARY KEY (partition, key, lo, hi, rid, lo2, hi2)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE text (
    partition TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (partition, key, value, rid)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE document (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL, keys TEXT NOT NULL,
    due INTEGER, expires INTEGER,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX document_due ON document (kind, due) WHERE due IS NOT NULL;
  CREATE INDEX document_expires ON document (expires) WHERE expires IS NOT NULL;
  CREATE TABLE document_key (
    kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (kind, name, value, id)
  ) STRICT, WITHOUT ROWID;

  -- size is NULL while the blob is being written.
  CREATE TABLE blob (id TEXT PRIMARY KEY, size INTEGER, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX blob_at ON blob (at);
  CREATE TABLE chunk (blob TEXT NOT NULL, start INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
  CREATE UNIQUE INDEX chunk_start ON chunk (blob, start);
  `,
];

function currentStep(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Brings the file to the newest schema, in one transaction. Fault `unavailable` for a file of a later release. */
export function migrate(database: DatabaseSync): void {
  if (currentStep(database) === steps.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    const from = currentStep(database);
    if (from > steps.length) throw new Fault('unavailable', 'The database was written by a later release.');
    for (const step of steps.slice(from)) database.exec(step);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
