/** What the main thread asks of the writer thread, in a form that is cheap to copy between threads. */
import { setImmediate } from 'node:timers/promises';
import type { ChangeSet, Criterion, Document, DocumentChange, Key, Put } from '../port.js';
import { containedRows } from '../../search/contained-rows.js';
import { generationsOf } from '../../search/generation.js';
import type { IndexEntries } from '../../search/query.js';
import { entriesText } from './entries.js';

/** A Put as a flat row; entries already as text. */
export type PutRow = readonly [
  partition: string,
  type: string,
  id: string,
  version: number,
  at: number,
  deleted: 0 | 1,
  method: string,
  main: number,
  entries: string,
  json: string,
  contained: readonly ContainedRow[],
];

/** A row of what a resource contains; the rest of it is its container's. */
export type ContainedRow = readonly [type: string, id: string, main: number, entries: string, json: string];

export type ReindexRow = readonly [
  partition: string,
  type: string,
  id: string,
  version: number,
  main: number,
  entries: string,
  contained: readonly ContainedRow[],
];

export interface Commit {
  op: 'commit';
  /** By partition, that of the index entries; it must be the one in force. */
  generations: readonly (readonly [partition: string, generation: number])[];
  criteria: readonly Criterion[];
  unchanged: readonly { key: Key; version: number }[];
  puts: readonly PutRow[];
  reindex: readonly ReindexRow[];
  documents: readonly DocumentChange[];
  /** The clock's instant: what has expired counts as absent. */
  now: number;
}

export type Job =
  | Commit
  | { op: 'take'; kind: string; id: string; now: number }
  | { op: 'lease'; kind: string; now: number; until: number; limit: number }
  | { op: 'expire'; now: number; limit: number }
  | { op: 'blob-begin'; id: string; at: number }
  | { op: 'blob-piece'; id: string; start: number; bytes: Uint8Array }
  | { op: 'blob-end'; id: string; size: number; at: number }
  | { op: 'blob-delete'; id: string };

/** What a job resolves with. A commit gives the new version of each of its documents. */
export type Outcome<J extends Job> = J extends { op: 'commit' }
  ? number[]
  : J extends { op: 'take' }
    ? Document | undefined
    : J extends { op: 'lease' }
      ? Document[]
      : J extends { op: 'expire' }
        ? number
        : undefined;

function putRow({ key, version, at, deleted, method, index, json }: Put): PutRow {
  const { partition, type, id } = key;
  const state = [version, at, deleted ? 1 : 0, method] as const;
  return [partition, type, id, ...state, index.main, entriesText(index), json, deleted ? [] : containedOf(key, index)];
}

const containedOf = (key: Key, index: IndexEntries): ContainedRow[] =>
  containedRows(key, index).map(row => [
    ...([row.key.type, row.key.id] as const),
    ...([row.index.main, entriesText(row.index), row.json] as const),
  ]);

export const commitJob = (changes: ChangeSet, now: number): Commit =>
  jobOf(changes, changes.puts?.map(putRow) ?? [], now);

/** Characters of entries that are written in one turn of the event loop. */
const SLICE = 100_000;

/** The same for many puts, which have many entries: others run between them. */
export async function commitJobInSlices(changes: ChangeSet, now: number): Promise<Commit> {
  const rows: PutRow[] = [];
  let written = 0;
  for (const put of changes.puts ?? []) {
    const row = putRow(put);
    rows.push(row);
    written += row[ENTRIES].length;
    if (written < SLICE) continue;
    await setImmediate();
    written = 0;
  }
  return jobOf(changes, rows, now);
}

/** Where a row has its entries. */
const ENTRIES = 8;

function jobOf(changes: ChangeSet, puts: readonly PutRow[], now: number): Commit {
  return {
    op: 'commit',
    generations: generationsOf([...(changes.puts ?? []), ...(changes.reindex ?? [])]),
    criteria: changes.criteria ?? [],
    unchanged: changes.unchanged ?? [],
    puts,
    reindex:
      changes.reindex?.map(({ key, version, index }): ReindexRow => {
        const { partition, type, id } = key;
        return [partition, type, id, version, index.main, entriesText(index), containedOf(key, index)];
      }) ?? [],
    documents: changes.documents ?? [],
    now,
  };
}
