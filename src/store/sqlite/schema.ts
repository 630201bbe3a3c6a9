/**
 * The tables. Postings, ranges and texts hold the entries of live resources alone; each row of `resource` carries its own
 * entries too, so that an update changes exactly the rows that differ and a known row is tested without any index; and so
 * does each row of `history`. All of them name their keys by number (keys.ts).
 *
 * Columns of the index tables, which are in every statement, have short names: `kid` is the number of a key, `rid` that of
 * a resource, `t` its main date.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../fhir/fault.js';
import { digest } from './keys.js';

/** One step for each user_version; steps are only ever added. */
export const steps: readonly string[] = [
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
  // Keys as numbers, given in the order of their texts, so that the tables are copied in order.
  `
  CREATE TABLE key (kid INTEGER PRIMARY KEY, partition TEXT NOT NULL, text TEXT NOT NULL) STRICT;
  INSERT INTO key SELECT row_number() OVER (ORDER BY partition, text) << 4 | digest(text), partition, text FROM (
    SELECT partition, key AS text FROM posting UNION SELECT partition, key FROM range UNION SELECT partition, key FROM text
    UNION SELECT r.partition, e.value FROM resource r, json_each(r.entries, '$[0]') e WHERE r.deleted = 1
    UNION SELECT r.partition, e.value ->> 0 FROM resource r, json_each(r.entries, '$[1]') e WHERE r.deleted = 1
    UNION SELECT r.partition, e.value ->> 0 FROM resource r, json_each(r.entries, '$[2]') e WHERE r.deleted = 1);
  CREATE UNIQUE INDEX key_text ON key (partition, text);

  ALTER TABLE posting RENAME TO old_posting;
  ALTER TABLE range RENAME TO old_range;
  ALTER TABLE text RENAME TO old_text;
  CREATE TABLE posting (
    kid INTEGER NOT NULL, t INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (kid, t, rid)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE range (
    kid INTEGER NOT NULL, lo REAL NOT NULL, hi REAL NOT NULL, rid INTEGER NOT NULL, lo2 REAL NOT NULL, hi2 REAL NOT NULL,
    PRIMARY KEY (kid, lo, hi, rid, lo2, hi2)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE text (
    kid INTEGER NOT NULL, value TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (kid, value, rid)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO posting SELECT k.kid, o.t, o.rid FROM old_posting o
    CROSS JOIN key k ON k.partition = o.partition AND k.text = o.key;
  INSERT INTO range SELECT k.kid, o.lo, o.hi, o.rid, o.lo2, o.hi2 FROM old_range o
    CROSS JOIN key k ON k.partition = o.partition AND k.text = o.key;
  INSERT INTO text SELECT k.kid, o.value, o.rid FROM old_text o
    CROSS JOIN key k ON k.partition = o.partition AND k.text = o.key;
  DROP TABLE old_posting;
  DROP TABLE old_range;
  DROP TABLE old_text;

  UPDATE resource SET entries = json_array(
    (SELECT json_group_array(k.kid) FROM json_each(entries, '$[0]') e
      CROSS JOIN key k ON k.partition = resource.partition AND k.text = e.value),
    (SELECT json_group_array(json_set(e.value, '$[0]', k.kid)) FROM json_each(entries, '$[1]') e
      CROSS JOIN key k ON k.partition = resource.partition AND k.text = e.value ->> 0),
    (SELECT json_group_array(json_set(e.value, '$[0]', k.kid)) FROM json_each(entries, '$[2]') e
      CROSS JOIN key k ON k.partition = resource.partition AND k.text = e.value ->> 0));
  `,
  // Entries stay with each version; NULL where it was replaced before they did.
  `
  ALTER TABLE history ADD COLUMN entries TEXT;
  `,
  // Records apart from their keys: to compare a key, SQLite reads what is stored with it, however large it is.
  `
  ALTER TABLE document RENAME TO old_document;
  DROP INDEX document_due;
  DROP INDEX document_expires;
  CREATE TABLE document (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL, keys TEXT NOT NULL,
    due INTEGER, expires INTEGER
  ) STRICT;
  INSERT INTO document SELECT kind, id, version, value, keys, due, expires FROM old_document;
  DROP TABLE old_document;
  CREATE UNIQUE INDEX document_id ON document (kind, id);
  CREATE INDEX document_due ON document (kind, due, id) WHERE due IS NOT NULL;
  CREATE INDEX document_expires ON document (expires) WHERE expires IS NOT NULL;
  `,
  // The checksum of each text (checksum.ts); NULL where it was written before there were any.
  `
  ALTER TABLE resource ADD COLUMN checksum INTEGER;
  ALTER TABLE history ADD COLUMN checksum INTEGER;
  `,
];

function currentStep(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Brings the file to the newest schema, in one transaction. Fault `unavailable` for a file of a later release. */
export function migrate(database: DatabaseSync): void {
  if (currentStep(database) === steps.length) return;
  database.function('digest', { deterministic: true }, text => digest(String(text)));
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
