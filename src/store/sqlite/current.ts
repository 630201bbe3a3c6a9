/** The current row of a resource, as the writer finds it and puts it there. */
import { checksumOf } from './checksum.js';
import type { Connection } from './connection.js';
import { NO_ENTRIES, type Indexed, type Numbered } from './entries.js';
import { sql } from './sql.js';

interface Current {
  version: number;
  at: number;
  method: string;
  /** What the index tables hold: nothing of a deletion. */
  indexed: Indexed;
  deleted: boolean;
}

export function current(connection: Connection, partition: string, type: string, id: string): Current | undefined {
  const row = connection.get(sql`SELECT rid, version, at, method, deleted, main, entries FROM resource
    WHERE partition = ${partition} AND type = ${type} AND id = ${id}`);
  if (!row) return undefined;
  const [rid, version, at, method, deleted, main, entries] = row as [
    ...[rid: number, version: number, at: number, method: string],
    ...[deleted: number, main: number, entries: string],
  ];
  const indexed = { rid, main, entries: deleted ? NO_ENTRIES : (JSON.parse(entries) as Numbered) };
  return { version, at, method, indexed, deleted: deleted === 1 };
}

export interface NewRow {
  partition: string;
  type: string;
  id: string;
  version: number;
  at: number;
  deleted: 0 | 1;
  method: string;
  main: number;
  /** As JSON text, keys by number. */
  entries: string;
  json: string;
}

/** Its rid. */
export function insertRow(connection: Connection, row: NewRow): number {
  const { partition, type, id, version, at, deleted, method, main, entries, json } = row;
  return connection.run(sql`INSERT INTO resource (partition, type, id, version, at, deleted, method, main, entries, json, checksum)
    VALUES (${partition}, ${type}, ${id}, ${version}, ${at}, ${deleted}, ${method}, ${main}, ${entries}, ${json},
      ${checksumOf(json)})`).rid;
}
