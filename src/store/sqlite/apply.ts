/** Jobs, performed inside the writer's transaction. Each function throws Fault `conflict` where the job lost a race. */
import { Fault } from '../../fhir/fault.js';
import { criteriaTooCostly } from '../../search/limits.js';
import { GENERATION } from '../../search/generation.js';
import type { Criterion } from '../port.js';
import { checksumOf } from './checksum.js';
import { replaceContained, withNames } from './contained.js';
import { CHUNK_BYTES } from './blobs.js';
import { monotonic, type Connection } from './connection.js';
import { changeDocument, expireDocuments, getDocument, leaseDocuments, takeDocument } from './documents.js';
import { current, insertRow } from './current.js';
import { NO_ENTRIES, numbered, reindex } from './entries.js';
import { matchingIds } from './find.js';
import type { Commit, Job, PutRow, ReindexRow } from './jobs.js';
import type { Keys } from './keys.js';
import { sql } from './sql.js';
import { Exhausted } from './storage-fault.js';

/** Criteria of a commit are evaluated while all other writers wait: rows that all of them may look at, and for how long. */
const CRITERIA_ROWS = 20_000;
const CRITERIA_MILLISECONDS = 1000;
/** Beyond these, for each match that is expected: most of them are written too. */
const MATCH_ROWS = 4;
const MATCH_MILLISECONDS = 0.02;

const conflict = (): Fault => new Fault('conflict', 'The resource was changed by somebody else in the meantime.');

/** Moves the current version to history and puts the new one in its place. */
function update(
  connection: Connection,
  rid: number,
  [, , , version, at, deleted, method, main, , json]: PutRow,
  entries: string,
): void {
  connection.run(sql`INSERT INTO history (rid, version, partition, type, id, at, until, deleted, method, json, entries, checksum)
    SELECT rid, version, partition, type, id, at, ${at}, deleted, method, json, entries, checksum FROM resource WHERE rid = ${rid}`);
  connection.run(sql`UPDATE resource SET version = ${version}, at = ${at}, deleted = ${deleted}, method = ${method},
    main = ${main}, entries = ${entries}, json = ${json}, checksum = ${checksumOf(json)} WHERE rid = ${rid}`);
}

function applyPut(connection: Connection, keys: Keys, put: PutRow): void {
  const [partition, type, id, version, at, deleted, method, main, text, json, contained] = put;
  const before = current(connection, partition, type, id);
  if ((before?.version ?? 0) !== version - 1) throw conflict();
  const entries = withNames(numbered(keys, partition, text), contained);
  const kept = JSON.stringify(entries);
  if (before) update(connection, before.indexed.rid, put, kept);
  const row = { partition, type, id, version, at, deleted, method, main, entries: kept, json };
  const rid = before?.indexed.rid ?? insertRow(connection, row);
  reindex(connection, before?.indexed, { rid, main, entries: deleted ? NO_ENTRIES : entries });
  replaceContained(connection, keys, { row, before: before?.indexed.entries, contained });
}

function applyReindex(
  connection: Connection,
  keys: Keys,
  [partition, type, id, version, main, text, contained]: ReindexRow,
): void {
  const found = current(connection, partition, type, id);
  if (found?.version !== version) return;
  const { rid, entries: before } = found.indexed;
  const inside = found.deleted ? [] : contained;
  const entries = withNames(numbered(keys, partition, text), inside);
  connection.run(sql`UPDATE resource SET main = ${main}, entries = ${JSON.stringify(entries)} WHERE rid = ${rid}`);
  reindex(connection, found.indexed, { rid, main, entries: found.deleted ? NO_ENTRIES : entries });
  const { at, method } = found;
  replaceContained(connection, keys, { row: { partition, version, at, method }, before, contained: inside });
}

function holds(connection: Connection, { partition, type, where, ids }: Criterion): boolean {
  const expected = new Set(ids);
  const found = matchingIds(connection, partition, { type, where }, expected.size + 1);
  return found.size === expected.size && found.isSubsetOf(expected);
}

/** Fault `conflict` where a criterion does not hold, `too-costly` where that takes too long to find out. */
function check(connection: Connection, criteria: readonly Criterion[]): void {
  const matches = criteria.reduce((sum, { ids }) => sum + ids.length, 0);
  const rows = CRITERIA_ROWS + MATCH_ROWS * matches;
  try {
    const allowance = { rows, until: monotonic() + CRITERIA_MILLISECONDS + matches * MATCH_MILLISECONDS };
    if (!connection.within(allowance, () => criteria.every(one => holds(connection, one)))) throw conflict();
  } catch (error) {
    throw error instanceof Exhausted ? criteriaTooCostly() : error;
  }
}

function commit(
  connection: Connection,
  keys: Keys,
  { generations, criteria, unchanged, puts, reindex: rows, documents, now }: Commit,
): number[] {
  for (const [partition, generation] of generations) {
    if ((getDocument(connection, GENERATION, partition, now)?.version ?? 0) !== generation) throw conflict();
  }
  if (criteria.length > 0) check(connection, criteria);
  for (const { key, version } of unchanged) {
    if ((current(connection, key.partition, key.type, key.id)?.version ?? 0) !== version) throw conflict();
  }
  for (const put of puts) applyPut(connection, keys, put);
  for (const row of rows) applyReindex(connection, keys, row);
  return documents.map(change => changeDocument(connection, change, now));
}

/** @param start a multiple of CHUNK_BYTES */
function addPiece(connection: Connection, { id, start, bytes }: Job & { op: 'blob-piece' }): void {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    connection.run(sql`INSERT INTO chunk (blob, start, bytes) VALUES (${id}, ${start + at}, ${chunk})`);
  }
}

/** Removes a blob and its bytes. */
function deleteBlob(connection: Connection, id: string): void {
  connection.run(sql`DELETE FROM chunk WHERE blob = ${id}`);
  connection.run(sql`DELETE FROM blob WHERE id = ${id}`);
}

/** Performs one job; what its caller gets. */
export function perform(connection: Connection, keys: Keys, job: Job): unknown {
  switch (job.op) {
    case 'commit':
      return commit(connection, keys, job);
    case 'take':
      return takeDocument(connection, job.kind, job.id, job.now);
    case 'lease':
      return leaseDocuments(connection, job.kind, job.now, job.until, job.limit);
    case 'expire':
      return expireDocuments(connection, job.now, job.limit);
    case 'blob-begin':
      deleteBlob(connection, job.id);
      connection.run(sql`INSERT INTO blob (id, size, at) VALUES (${job.id}, NULL, ${job.at})`);
      return undefined;
    case 'blob-piece':
      addPiece(connection, job);
      return undefined;
    case 'blob-end':
      connection.run(sql`UPDATE blob SET size = ${job.size}, at = ${job.at} WHERE id = ${job.id}`);
      return undefined;
    case 'blob-delete':
      deleteBlob(connection, job.id);
      return undefined;
  }
}
