/**
 * A page in the order of an index: where very many resources match, their sort key's own index is walked until the page is full,
 * instead of gathering all of them to sort. It has only those with a value, which come first.
 */
import type { Search, Sort } from '../../search/query.js';
import type { Connection } from './connection.js';
import { condition } from './filter-sql.js';
import { keyNumber } from './keys.js';
import { tests, type Effort, type Plan } from './plan.js';
import { afterSql, sortOf, sortSql, tieDescends } from './sort-sql.js';
import { every, join, limitSql, Sql, sql, TRUE } from './sql.js';

/** Fewer matches than this are gathered on the calling thread (store.ts); more would be too many for it. */
const MANY = 500;
/** No further is an index counted. */
const MOST = 1_000_000;

type Keyed = Extract<Sort, { by: 'range' | 'text' }>;

const firstKey = (search: Pick<Search, 'sort'>): Keyed | undefined => {
  const [first] = sortOf(search.sort);
  return first?.by === 'range' || first?.by === 'text' ? first : undefined;
};

const indexOf = ({ by }: Keyed): { table: Sql; column: Sql } =>
  by === 'range'
    ? { table: new Sql('range'), column: new Sql('lo') }
    : { table: new Sql('text'), column: new Sql('value') };

/** Whether the walk is likely to be shorter than gathering what the plan finds. */
export function isWalkShorter(connection: Connection, plan: Plan, search: Search, effort: Effort): boolean {
  const first = firstKey(search);
  // Behind the last value there are only resources without one.
  if (!first || search.after?.[0] === null) return false;
  const bound = effort === 'count' ? MOST : MANY;
  const found = connection.count(sql`SELECT count(*) FROM (${plan.driver.walk} ${limitSql(bound)})`);
  if (found < MANY || effort !== 'count') return found >= MANY;
  const { table } = indexOf(first);
  const entries = sql`SELECT 1 FROM ${table} WHERE kid = ${keyNumber(search.partition, first.key)} ${limitSql(MOST)}`;
  // Matches that lie anywhere in the index are met after so many entries.
  return (search.limit * connection.count(sql`SELECT count(*) FROM (${entries})`)) / found < found;
}

/** The first rows in the order of the sort, as `gatheredRows` gives them: all of the page, or fewer where others have no value. */
export function walkedRows(plan: Plan, search: Search, type: string, columns: Sql): Sql {
  const { partition, after, limit } = search;
  const sort = sortOf(search.sort);
  const first = firstKey(search)!;
  const { table, column } = indexOf(first);
  const [entry, direction] = [sql`s.${column}`, (descending: boolean) => new Sql(descending ? 'DESC' : 'ASC')];
  const values = sort.map((key, i) => (i === 0 ? entry : sortSql(key, partition)));
  const ties = [...values, new Sql('s.rid')];
  const matched = every([
    sql`s.kid = ${keyNumber(partition, first.key)}`,
    after ? sql`${entry} ${new Sql(first.descending ? '<=' : '>=')} ${after[0]!}` : TRUE,
    sql`tick(s.rid)`,
    sql`r.type = ${type}`,
    // Of several values, the one that counts.
    sql`${entry} = ${sortSql(first, partition)}`,
    condition(plan.driver.term, { partition, row: 'r' }),
    tests(plan, { partition, row: 'r' }),
    after ? afterSql(sort, after, i => ties[i]!) : TRUE,
  ]);
  const order = join(
    [
      sql`${entry} ${direction(first.descending)}`,
      ...sort.slice(1).map(({ descending }, i) => new Sql(`k${i + 1} ${descending ? 'DESC' : 'ASC'} NULLS LAST`)),
      sql`s.rid ${direction(tieDescends(sort))}`,
    ],
    ', ',
  );
  const keys = join(
    values.map((value, i) => sql`${value} AS ${new Sql(`k${i}`)}`),
    ', ',
  );
  const names = new Sql(sort.map((_, i) => `m.k${i}`).join(', '));
  return sql`SELECT ${columns}, ${names} FROM (SELECT DISTINCT s.rid AS rid, ${keys} FROM ${table} s
    CROSS JOIN resource r ON r.rid = s.rid WHERE ${matched} ORDER BY ${order} ${limitSql(limit + 1)}) m
    CROSS JOIN resource r ON r.rid = m.rid`;
}
