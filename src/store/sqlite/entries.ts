/** Index entries as rows of the three index tables, and as the text that stands in the resource's own row. */
import type { IndexEntries } from '../../search/query.js';
import type { Connection } from './connection.js';
import { sql, type Sql } from './sql.js';

type Interval = readonly [key: string, lo: number, hi: number, lo2?: number, hi2?: number];

/** What `resource.entries` holds. */
export type Entries = readonly [
  postings: readonly string[],
  ranges: readonly Interval[],
  texts: readonly (readonly [key: string, value: string])[],
];

/** The entries with which a resource is, or was, in the index tables. */
export interface Indexed {
  partition: string;
  rid: number;
  main: number;
  entries: Entries;
}

export const NO_ENTRIES: Entries = [[], [], []];

export function entriesText({ postings, ranges, strings }: IndexEntries): string {
  const entries: Entries = [
    postings,
    ranges.map(({ key, lo, hi, lo2, hi2 }) =>
      lo2 === undefined || hi2 === undefined ? [key, lo, hi] : [key, lo, hi, lo2, hi2],
    ),
    strings.map(({ key, value }) => [key, value]),
  ];
  return JSON.stringify(entries);
}

/** What stands for a second interval that is not there. */
const EMPTY = { lo: 1, hi: 0 };

type Write = (indexed: Indexed, connection: Connection) => void;

const table =
  <T>(rows: (entries: Entries) => readonly T[], statement: (indexed: Indexed, row: T) => Sql): Write =>
  (indexed, connection) => {
    for (const row of rows(indexed.entries)) connection.run(statement(indexed, row));
  };

const inserts: readonly Write[] = [
  table(
    ([postings]) => postings,
    ({ partition, rid, main }, key) =>
      sql`INSERT OR IGNORE INTO posting VALUES (${partition}, ${key}, ${main}, ${rid})`,
  ),
  table(
    ([, ranges]) => ranges,
    ({ partition, rid }, [key, lo, hi, lo2 = EMPTY.lo, hi2 = EMPTY.hi]) =>
      sql`INSERT OR IGNORE INTO range VALUES (${partition}, ${key}, ${lo}, ${hi}, ${rid}, ${lo2}, ${hi2})`,
  ),
  table(
    ([, , texts]) => texts,
    ({ partition, rid }, [key, value]) =>
      sql`INSERT OR IGNORE INTO text VALUES (${partition}, ${key}, ${value}, ${rid})`,
  ),
];

const deletes: readonly Write[] = [
  table(
    ([postings]) => postings,
    ({ partition, rid, main }, key) =>
      sql`DELETE FROM posting WHERE partition = ${partition} AND key = ${key} AND t = ${main} AND rid = ${rid}`,
  ),
  table(
    ([, ranges]) => ranges,
    ({ partition, rid }, [key, lo, hi]) =>
      sql`DELETE FROM range WHERE partition = ${partition} AND key = ${key} AND lo = ${lo} AND hi = ${hi} AND rid = ${rid}`,
  ),
  table(
    ([, , texts]) => texts,
    ({ partition, rid }, [key, value]) =>
      sql`DELETE FROM text WHERE partition = ${partition} AND key = ${key} AND value = ${value} AND rid = ${rid}`,
  ),
];

function without<T>(rows: readonly T[], others: readonly T[]): T[] {
  const known = new Set(others.map(row => JSON.stringify(row)));
  return rows.filter(row => !known.has(JSON.stringify(row)));
}

/** Those of `a` that `b` does not have; a posting differs in its main date too. */
function difference(a: Indexed, b: Indexed): Indexed {
  const postings = a.main === b.main ? without(a.entries[0], b.entries[0]) : a.entries[0];
  return { ...a, entries: [postings, without(a.entries[1], b.entries[1]), without(a.entries[2], b.entries[2])] };
}

/** Brings the index tables from what they hold of a resource to what they must hold; touches only rows that differ. */
export function reindex(connection: Connection, before: Indexed | undefined, after: Indexed): void {
  if (before) for (const remove of deletes) remove(difference(before, after), connection);
  const added = before ? difference(after, before) : after;
  for (const insert of inserts) insert(added, connection);
}
