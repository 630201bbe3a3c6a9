/** Versions, newest first: the current ones of `resource` and the older ones of `history`, merged. */
import { PageEnd } from '../../search/page-end.js';
import type { Position } from '../../search/query.js';
import type { HistoryQuery, Key, Page, Past, Version } from '../port.js';
import type { Connection, Row } from './connection.js';
import { condition } from './filter-sql.js';
import { FirstRows } from './first-rows.js';
import { columns, textLengthOf, versionOf } from './row.js';
import { every, limitSql, some, Sql, sql, TRUE } from './sql.js';

type Part = HistoryQuery['of'][number];
type Span = Omit<HistoryQuery, 'limit' | 'after'>;

/** The table that versions `v` come from, and the instant at which one of them ceased to be current. */
interface Source {
  table: 'resource' | 'history';
  until: Sql;
}

const SOURCES: readonly Source[] = [
  { table: 'resource', until: new Sql('9e999') },
  { table: 'history', until: new Sql('v.until') },
];

/** That a version `v` of the table `history` satisfies the condition by its own entries, where it has any. */
function pastCondition(past: Past, partition: string): Sql {
  const test = condition(past, { partition, row: 'v' });
  return test === TRUE ? TRUE : sql`(v.entries IS NOT NULL AND ${test})`;
}

/** The condition of one part on the current row `r` of a resource. */
const partCondition = ({ where, id }: Part, partition: string): Sql =>
  every([id === undefined ? TRUE : sql`r.id = ${id}`, condition(where, { partition, row: 'r' })]);

/** Versions `v` of one type whose resources satisfy any of the parts, so that none is listed twice. */
function versionsIn(source: Source, type: string, parts: readonly Part[], query: Span): Sql {
  const { partition, since, during, past = {} } = query;
  const id = parts.length === 1 ? parts[0]!.id : undefined;
  const key = sql`partition = ${partition} AND type = ${type} AND id = ${id ?? ''}`;
  const tests = every([
    id === undefined
      ? sql`v.partition = ${partition} AND v.type = ${type}`
      : sql`v.rid = (SELECT rid FROM resource WHERE ${key})`,
    since === undefined ? TRUE : sql`v.at >= ${since}`,
    during === undefined ? TRUE : sql`v.at <= ${during.to} AND ${source.until} > ${during.from}`,
    sql`tick(v.rid)`,
    some(parts.map(part => partCondition(part, partition))),
    source.table === 'resource' ? TRUE : pastCondition(past[type] ?? { kind: 'all' }, partition),
  ]);
  return sql`FROM ${new Sql(source.table)} v CROSS JOIN resource r ON r.rid = v.rid WHERE ${tests}`;
}

const sourcesOf = (query: Span): Sql[] =>
  [...Map.groupBy(query.of, ({ type }) => type)].flatMap(([type, parts]) =>
    SOURCES.map(source => versionsIn(source, type, parts, query)),
  );

/** By instant, then version, then rid; newest first. */
function compareRows(a: Row, b: Row): number {
  return Number(b[4]) - Number(a[4]) || Number(b[3]) - Number(a[3]) || Number(b[0]) - Number(a[0]);
}

/** `[at, version, rid]` */
const positionOf = (row: Row): Position => [row[4], row[3], row[0]] as number[];

/** A page of versions. */
export function historyPage(connection: Connection, query: HistoryQuery): Page {
  const { after, limit } = query;
  const further = after ? sql`AND (v.at, v.version, v.rid) < (${after[0]!}, ${after[1]!}, ${after[2]!})` : new Sql('');
  const first = new FirstRows(compareRows, query);
  for (const source of sourcesOf(query)) {
    const end = new PageEnd(query);
    const newest = sql`SELECT ${columns('v')} ${source} ${further}
      ORDER BY v.at DESC, v.version DESC, v.rid DESC ${limitSql(limit + 1)}`;
    first.add(connection.until(newest, row => end.reached(textLengthOf(row))));
  }
  const { rows, more } = first.page();
  const last = rows.at(-1);
  return {
    rows: rows.map(row => versionOf(query.partition, row)),
    ...(more && last && { next: positionOf(last) }),
    ...(query.positions && { positions: rows.map(positionOf) }),
  };
}

/** How many versions there are to page through, counted no further than `limit`. */
export function countVersions(connection: Connection, query: Span, limit: number): number {
  let total = 0;
  for (const source of sourcesOf(query)) {
    if (total >= limit) break;
    total += connection.get(sql`SELECT count(*) FROM (SELECT 1 ${source} ${limitSql(limit - total)})`)![0] as number;
  }
  return total;
}

/** One version of a resource: current, or an earlier one that satisfies `past`. */
export function versionAt(
  connection: Connection,
  { partition, type, id }: Key,
  version: number,
  past: Past = { kind: 'all' },
): Version | undefined {
  const resource = sql`resource r WHERE r.partition = ${partition} AND r.type = ${type} AND r.id = ${id}`;
  const row =
    connection.get(sql`SELECT ${columns('r')} FROM ${resource} AND r.version = ${version}`) ??
    connection.get(sql`SELECT ${columns('v')} FROM history v WHERE v.version = ${version}
      AND v.rid = (SELECT r.rid FROM ${resource}) AND ${pastCondition(past, partition)}`);
  return row && versionOf(partition, row);
}
