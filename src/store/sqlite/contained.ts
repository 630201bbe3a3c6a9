/** The rows of what a resource contains (search/contained-rows.ts), kept in step with it. */
import { checksumOf } from './checksum.js';
import type { Connection } from './connection.js';
import { current, insertRow, type NewRow } from './current.js';
import { NO_ENTRIES, numbered, reindex, type Numbered } from './entries.js';
import type { ContainedRow } from './jobs.js';
import type { Keys } from './keys.js';
import { sql } from './sql.js';

/** Entries of a container, with the names of its contained resources' rows. */
export const withNames = (entries: Numbered, contained: readonly ContainedRow[]): Numbered => {
  if (contained.length === 0) return entries;
  const [postings, ranges, texts] = entries;
  return [postings, ranges, texts, contained.map(([type, id]) => [type, id])];
};

interface Containment {
  /** The container's. */
  row: Pick<NewRow, 'partition' | 'version' | 'at' | 'method'>;
  /** The container's entries so far. */
  before: Numbered | undefined;
  contained: readonly ContainedRow[];
}

/** A row that stays keeps its rid: pages go on behind it. */
export function replaceContained(connection: Connection, keys: Keys, { row, before, contained }: Containment): void {
  const names = new Set(contained.map(([type, id]) => `${type} ${id}`));
  for (const [type, id] of before?.[3] ?? []) {
    if (!names.has(`${type} ${id}`)) remove(connection, row.partition, type, id);
  }
  for (const one of contained) put(connection, keys, row, one);
}

function remove(connection: Connection, partition: string, type: string, id: string): void {
  const found = current(connection, partition, type, id);
  if (!found) return;
  reindex(connection, found.indexed, { ...found.indexed, entries: NO_ENTRIES });
  connection.run(sql`DELETE FROM resource WHERE rid = ${found.indexed.rid}`);
}

function put(
  connection: Connection,
  keys: Keys,
  { partition, version, at, method }: Containment['row'],
  [type, id, main, text, json]: ContainedRow,
): void {
  const entries = numbered(keys, partition, text);
  const row = { partition, type, id, version, at, deleted: 0 as const, method, main, json };
  const before = current(connection, partition, type, id)?.indexed;
  const kept = JSON.stringify(entries);
  if (before) {
    connection.run(sql`UPDATE resource SET version = ${version}, at = ${at}, method = ${method}, main = ${main},
      entries = ${kept}, json = ${json}, checksum = ${checksumOf(json)} WHERE rid = ${before.rid}`);
  }
  const rid = before?.rid ?? insertRow(connection, { ...row, entries: kept });
  reindex(connection, before, { rid, main, entries });
}
