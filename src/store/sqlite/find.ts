/** One page of a search, and counts, on one connection: by type, then merged in the order asked. */
import { compareValues, type SortValue } from '../../search/order.js';
import type { Filter, Position, Search, Sort } from '../../search/query.js';
import { fairShare, PageEnd } from '../../search/page-end.js';
import type { Page } from '../port.js';
import type { Connection, Row } from './connection.js';
import { FirstRows } from './first-rows.js';
import { keyNumber, mayMatch } from './keys.js';
import { FEW, planOf, remaining, tests, type Plan, type Effort } from './plan.js';
import { COLUMNS, columns, JSON_COLUMN, smallColumns, textLengthOf, versionOf } from './row.js';
import { isWalkShorter, walkedRows } from './sorted-walk.js';
import { afterSql, orderSql, sortOf, sortSql, tieDescends } from './sort-sql.js';
import { every, join, limitSql, Sql, sql, TRUE } from './sql.js';

type Kind = Search['of'][number];

/** Counting up to here takes well under a millisecond and needs no watch. */
const FREE_COUNT = 1001;

/** Types that are planned for one by one; of more, those are passed over that can have no match. */
const FEW_TYPES = 5;

/** Each type once: a resource matches if any of its type's filters does. */
function byType(connection: Connection, { partition, of }: Pick<Search, 'partition' | 'of'>): Kind[] {
  const possible = of.length > FEW_TYPES ? of.filter(({ where }) => mayMatch(connection, partition, where)) : of;
  const filters = Map.groupBy(possible, ({ type }) => type);
  return [...filters].map(([type, [first, ...others]]) => {
    const all = [first!, ...others].map(({ where }): Filter => where);
    return { type, where: others.length === 0 ? all[0]! : { kind: 'or', of: all } };
  });
}

const isByMain = (sort: readonly Sort[]): boolean => sort.length === 1 && sort[0]!.by === 'main';

/** Walks a posting in the order of the main date and stops at the end of the page. */
function orderedRows(plan: Plan, { partition, after, sort, limit }: Search, type: string, columns: Sql): Sql {
  const descending = sortOf(sort)[0]!.descending;
  const direction = new Sql(descending ? 'DESC' : 'ASC');
  const matched = every([sql`r.type = ${type}`, remaining(plan, { partition, row: 'r', posting: 'd' })]);
  const further = after && sql`AND (d.t, d.rid) ${new Sql(descending ? '<' : '>')} (${after[0]!}, ${after[1]!})`;
  return sql`SELECT ${columns}, d.t FROM posting d CROSS JOIN resource r ON r.rid = d.rid
    WHERE d.kid = ${keyNumber(partition, plan.driver.key!)} ${further ?? new Sql('')} AND ${matched}
    ORDER BY d.t ${direction}, d.rid ${direction} ${limitSql(limit + 1)}`;
}

/** Gathers all matches, orders them by their sort keys alone, and fetches the rows of the page. */
function gatheredRows(plan: Plan, { partition, after, sort: asked, limit }: Search, type: string, columns: Sql): Sql {
  const sort = sortOf(asked);
  const keys = join(
    sort.map((key, i) => sql`${sortSql(key, partition)} AS ${new Sql(`k${i}`)}`),
    ', ',
  );
  const matched = every([sql`tick(d.rid)`, sql`r.type = ${type}`, tests(plan, { partition, row: 'r' })]);
  const found = sql`SELECT r.rid AS rid, ${keys} FROM (${plan.driver.rids}) d CROSS JOIN resource r ON r.rid = d.rid
    WHERE ${matched}`;
  const further = after ? afterSql(sort, after) : TRUE;
  const names = new Sql(sort.map((_, i) => `m.k${i}`).join(', '));
  return sql`SELECT ${columns}, ${names} FROM (SELECT * FROM (${found}) WHERE ${further}
    ORDER BY ${orderSql(sort)} ${limitSql(limit + 1)}) m CROSS JOIN resource r ON r.rid = m.rid`;
}

/** The page's first rows of this type, and one behind them where there are more. */
function rowsOf(connection: Connection, search: Search, { type, where }: Kind, effort: Effort): Row[] {
  const plan = planOf(connection, { partition: search.partition, type }, where, effort);
  const ordered = plan.driver.key !== undefined && isByMain(sortOf(search.sort));
  if (!ordered && isWalkShorter(connection, plan, search, effort)) {
    const walked = smallRows(connection, texts => walkedRows(plan, search, type, texts), fairShare(search));
    if (walked && walked.length > search.limit) return walked;
  }
  const rows = (texts: Sql): Sql => (ordered ? orderedRows : gatheredRows)(plan, search, type, texts);
  return smallRows(connection, rows, fairShare(search)) ?? rowsInTurn(connection, rows, search);
}

/** Bytes that most resources stay below. */
const USUAL = 16 * 1024;

/** All rows at once, which takes two thirds of the time; undefined where one takes more than its share of the page. */
function smallRows(connection: Connection, rows: (columns: Sql) => Sql, share: number): Row[] | undefined {
  if (share < USUAL) return undefined;
  const found = connection.all(rows(smallColumns('r', share)));
  return found.every(row => row[JSON_COLUMN] !== null) ? found : undefined;
}

function rowsInTurn(connection: Connection, rows: (columns: Sql) => Sql, search: Search): Row[] {
  const end = new PageEnd(search);
  return connection.until(rows(columns('r')), row => end.reached(textLengthOf(row)));
}

/** Compares rows of COLUMNS and sort values, ties by rid. */
function compareRows(sort: readonly Sort[]): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const [i, { descending }] of sort.entries()) {
      const order = compareValues(a[COLUMNS + i] as SortValue, b[COLUMNS + i] as SortValue, descending);
      if (order !== 0) return order;
    }
    return compareValues(a[0] as number, b[0] as number, tieDescends(sort));
  };
}

/** The page of live resources that match. */
export function findPage(connection: Connection, search: Search, effort: Effort): Page {
  const sort = sortOf(search.sort);
  const first = new FirstRows(compareRows(sort), search);
  for (const kind of byType(connection, search)) first.add(rowsOf(connection, search, kind, effort));
  const { rows, more } = first.page();
  const last = rows.at(-1);
  const positionOf = (row: Row): Position => [...row.slice(COLUMNS), row[0]] as Position;
  return {
    rows: rows.map(row => versionOf(search.partition, row)),
    ...(more && last && { next: positionOf(last) }),
    ...(search.positions && { positions: rows.map(positionOf) }),
  };
}

function countType(connection: Connection, partition: string, kind: Kind, limit: number, effort: Effort): number {
  const plan = planOf(connection, { partition, type: kind.type }, kind.where, effort);
  const { key, rids } = plan.driver;
  const tested = remaining(plan, { partition, row: 'r', ...(key !== undefined && { posting: 'd' }) });
  const from =
    key === undefined ? sql`(${rids}) d` : sql`(SELECT t, rid FROM posting WHERE kid = ${keyNumber(partition, key)}) d`;
  if (limit <= FREE_COUNT && onlyLeavesOut(plan) && isBehind(connection, from, plan, limit)) return limit;
  // Values are parameters, so "r." stands in the text only where the row is asked.
  const row = tested.text.includes('r.') ? sql`CROSS JOIN resource r ON r.rid = d.rid` : new Sql('');
  const bound = limit > FREE_COUNT ? sql`tick(d.rid)` : TRUE;
  const matched = sql`FROM ${from} ${row} WHERE ${every([bound, tested])}`;
  if (limit <= FREE_COUNT && onlyLeavesOut(plan))
    return Math.min(limit, connection.count(sql`SELECT count(*) ${matched}`));
  return connection.get(sql`SELECT count(*) FROM (SELECT 1 ${matched} ${limitSql(limit)})`)![0] as number;
}

/** Whether all rows of the driver match, but for a few. */
const onlyLeavesOut = ({ rest, included }: Plan): boolean =>
  rest.kind === 'and' && rest.of.length === 0 && included.length === 0;

/**
 * Whether the driver finds so many rows that `limit` are left without those that are left out: to look for the last of them, and
 * to count without a limit, each take half of what counting up to one does.
 */
function isBehind(connection: Connection, from: Sql, { excluded }: Plan, limit: number): boolean {
  const last = new Sql(String(limit + excluded.length * FEW - 1));
  return connection.count(sql`SELECT 1 FROM ${from} ${limitSql(1)} OFFSET ${last}`) === 1;
}

/** The number of matches, counted no further than `limit`. */
export function countMatches(
  connection: Connection,
  { partition, of }: Pick<Search, 'partition' | 'of'>,
  limit: number,
  effort: Effort,
): number {
  let total = 0;
  for (const kind of byType(connection, { partition, of })) {
    if (total >= limit) break;
    total += countType(connection, partition, kind, limit - total, effort);
  }
  return total;
}

/** The ids that match, at most `limit`: what a criterion compares. */
export function matchingIds(
  connection: Connection,
  partition: string,
  { type, where }: Kind,
  limit: number,
): Set<string> {
  const plan = planOf(connection, { partition, type }, where, 'check');
  const matched = every([sql`tick(d.rid)`, sql`r.type = ${type}`, tests(plan, { partition, row: 'r' })]);
  const rows =
    connection.all(sql`SELECT DISTINCT r.id FROM (${plan.driver.rids}) d CROSS JOIN resource r ON r.rid = d.rid
    WHERE ${matched} ${limitSql(limit)}`);
  return new Set(rows.map(([id]) => id as string));
}
