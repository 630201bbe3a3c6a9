/** Versions, newest first: the current ones of `resource` and the older ones of `history`, merged. */
import type { HistoryQuery, Key, Page, Version } from '../port.js';
import type { Filter } from '../../search/query.js';
import type { Connection, Row } from './connection.js';
import { condition } from './filter-sql.js';
import { columns, versionOf } from './row.js';
import { every, limitSql, Sql, sql, TRUE } from './sql.js';

type Asked = HistoryQuery['of'][number];
type Span = Omit<HistoryQuery, 'limit' | 'after'>;

/** The conditions on one version `v` of a resource whose current row is `r`; `until`: when it ceased to be current. */
function tests({ partition, since, during }: Span, { where }: Asked, until: Sql): Sql {
  return every([
    since === undefined ? TRUE : sql`v.at >= ${since}`,
    during === undefined ? TRUE : sql`v.at <= ${during.to} AND ${until} > ${during.from}`,
    sql`tick(v.rid)`,
    condition(where, { partition, row: 'r' }),
  ]);
}

/** Where the versions of a resource, or of a type, come from: current and older. */
function sources(query: Span, asked: Asked): Sql[] {
  const { type, id } = asked;
  const ofType = sql`v.partition = ${query.partition} AND v.type = ${type}`;
  const key = sql`partition = ${query.partition} AND type = ${type} AND id = ${id ?? ''}`;
  const ofOne = sql`v.rid = (SELECT rid FROM resource WHERE ${key})`;
  const from = (table: Sql, until: Sql): Sql => sql`FROM ${table} v CROSS JOIN resource r ON r.rid = v.rid
    WHERE ${id === undefined ? ofType : ofOne} AND ${tests(query, asked, until)}`;
  return [from(new Sql('resource'), new Sql('9e999')), from(new Sql('history'), new Sql('v.until'))];
}

/** Each type once, so that no version is told twice. */
function distinct(of: readonly Asked[]): Asked[] {
  return [...Map.groupBy(of, ({ type }) => type)].map(([type, all]) => {
    const [first, ...others] = all;
    if (others.length === 0) return first!;
    const filter = ({ where, id }: Asked): Filter =>
      id === undefined ? where : { kind: 'and', of: [{ kind: 'id', ids: [id] }, where] };
    return { type, where: { kind: 'or', of: all.map(filter) } };
  });
}

/** By instant, then version, then rid; newest first. */
function compareRows(a: Row, b: Row): number {
  return Number(b[5]) - Number(a[5]) || Number(b[4]) - Number(a[4]) || Number(b[0]) - Number(a[0]);
}

/** A page of versions. A position is `[at, version, rid]`. */
export function historyPage(connection: Connection, query: HistoryQuery): Page {
  const { after, limit } = query;
  const behind = after ? sql`AND (v.at, v.version, v.rid) < (${after[0]!}, ${after[1]!}, ${after[2]!})` : new Sql('');
  const found = distinct(query.of)
    .flatMap(asked => sources(query, asked))
    .flatMap(source =>
      connection.all(sql`SELECT ${columns('v')} ${source} ${behind}
        ORDER BY v.at DESC, v.version DESC, v.rid DESC ${limitSql(limit + 1)}`),
    );
  const rows = found.sort(compareRows).slice(0, limit);
  const last = rows.at(-1);
  return {
    rows: rows.map(versionOf),
    ...(found.length > limit && last && { next: [last[5], last[4], last[0]] as number[] }),
  };
}

/** How many versions there are to page through, counted no further than `limit`. */
export function countVersions(connection: Connection, query: Span, limit: number): number {
  let total = 0;
  for (const source of distinct(query.of).flatMap(asked => sources(query, asked))) {
    if (total >= limit) break;
    total += connection.get(sql`SELECT count(*) FROM (SELECT 1 ${source} ${limitSql(limit - total)})`)![0] as number;
  }
  return total;
}

/** One version of a resource, current or not. */
export function versionAt(connection: Connection, { partition, type, id }: Key, version: number): Version | undefined {
  const resource = sql`resource r WHERE r.partition = ${partition} AND r.type = ${type} AND r.id = ${id}`;
  const row =
    connection.get(sql`SELECT ${columns('r')} FROM ${resource} AND r.version = ${version}`) ??
    connection.get(sql`SELECT ${columns('v')} FROM history v WHERE v.version = ${version}
      AND v.rid = (SELECT r.rid FROM ${resource})`);
  return row && versionOf(row);
}
