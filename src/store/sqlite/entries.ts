/** Index entries as rows of the three index tables, and as the text that stands in the resource's own row. */
import type { IndexEntries } from '../../search/query.js';
import type { Connection } from './connection.js';
import type { Keys } from './keys.js';
import { sql, type Sql } from './sql.js';

type Interval<K> = readonly [key: K, lo: number, hi: number, lo2?: number, hi2?: number];

type Entries<K> = readonly [
  postings: readonly K[],
  ranges: readonly Interval<K>[],
  texts: readonly (readonly [key: K, value: string])[],
];

/** What `resource.entries` holds: keys by number, and the rows of what the resource contains, if any, by type and id. */
export type Numbered = readonly [...Entries<number>, contained?: readonly ContainedName[]];

export type ContainedName = readonly [type: string, id: string];

/** The entries with which a resource is, or was, in the index tables. */
export interface Indexed {
  rid: number;
  main: number;
  entries: Numbered;
}

export const NO_ENTRIES: Numbered = [[], [], []];

/** Entries as they go to the writer, their keys still as text. */
export function entriesText({ postings, ranges, strings }: IndexEntries): string {
  const entries: Entries<string> = [
    postings,
    ranges.map(({ key, lo, hi, lo2, hi2 }) =>
      lo2 === undefined || hi2 === undefined ? [key, lo, hi] : [key, lo, hi, lo2, hi2],
    ),
    strings.map(({ key, value }) => [key, value]),
  ];
  return JSON.stringify(entries);
}

/** The same with numbers for keys. */
export function numbered(keys: Keys, partition: string, text: string): Numbered {
  const [postings, ranges, texts] = JSON.parse(text) as Entries<string>;
  const kid = (key: string): number => keys.numberOf(partition, key);
  return [
    postings.map(kid),
    ranges.map(([key, ...ends]) => [kid(key), ...ends]),
    texts.map(([key, value]) => [kid(key), value]),
  ];
}

/** What stands for a second interval that is not there. */
const EMPTY = { lo: 1, hi: 0 };

type Write = (indexed: Indexed, connection: Connection) => void;

const table =
  <T>(rows: (entries: Numbered) => readonly T[], statement: (indexed: Indexed, row: T) => Sql): Write =>
  (indexed, connection) => {
    for (const row of rows(indexed.entries)) connection.run(statement(indexed, row));
  };

const inserts: readonly Write[] = [
  ({ entries: [postings], main, rid }, connection) =>
    connection.run(
      sql`INSERT OR IGNORE INTO posting SELECT value, ${main}, ${rid} FROM json_each(${JSON.stringify(postings)})`,
    ),
  table(
    ([, ranges]) => ranges,
    ({ rid }, [kid, lo, hi, lo2 = EMPTY.lo, hi2 = EMPTY.hi]) =>
      sql`INSERT OR IGNORE INTO range VALUES (${kid}, ${lo}, ${hi}, ${rid}, ${lo2}, ${hi2})`,
  ),
  table(
    ([, , texts]) => texts,
    ({ rid }, [kid, value]) => sql`INSERT OR IGNORE INTO text VALUES (${kid}, ${value}, ${rid})`,
  ),
];

const deletes: readonly Write[] = [
  ({ entries: [postings], main, rid }, connection) =>
    connection.run(
      sql`DELETE FROM posting WHERE kid IN (SELECT value FROM json_each(${JSON.stringify(postings)}))
        AND t = ${main} AND rid = ${rid}`,
    ),
  table(
    ([, ranges]) => ranges,
    ({ rid }, [kid, lo, hi, lo2 = EMPTY.lo, hi2 = EMPTY.hi]) =>
      sql`DELETE FROM range WHERE kid = ${kid} AND lo = ${lo} AND hi = ${hi} AND rid = ${rid}
        AND lo2 = ${lo2} AND hi2 = ${hi2}`,
  ),
  table(
    ([, , texts]) => texts,
    ({ rid }, [kid, value]) => sql`DELETE FROM text WHERE kid = ${kid} AND value = ${value} AND rid = ${rid}`,
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
