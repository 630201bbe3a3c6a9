/**
 * Which index a search walks. SQLite keeps no statistics on single keys, so the lengths of the candidate walks are
 * counted, but no further than a small bound: the shortest drives, the other terms are tested on each row it finds.
 */
import { typePosting, type Filter } from '../../search/query.js';
import type { Connection } from './connection.js';
import { driverOf, type Driver, type SearchedType } from './driver.js';
import { condition, type TestedRow } from './filter-sql.js';
import { every, limitSql, sql, TRUE, type Sql } from './sql.js';

/**
 * How hard to look for the way:
 * - `guess`: take a lone index, or the shortest of several; the search may turn out too long;
 * - `ordered`: walk a posting in the order of the main date, which ends at the end of the page;
 * - `count`: count every walk, however long that takes.
 */
export type Effort = 'guess' | 'ordered' | 'count';

/** Where no walk is shorter than a bound, the next is tried. */
const BOUNDS = { guess: [200], ordered: [], count: [200, 20_000, 1_000_000] };

export interface Plan {
  driver: Driver;
  /** What the rows the driver finds must satisfy besides. */
  rest: Filter;
}

function termsOf(filter: Filter): Filter[] {
  return filter.kind === 'and' ? filter.of.flatMap(termsOf) : filter.kind === 'all' ? [] : [filter];
}

function length(connection: Connection, driver: Driver, bound: number): number {
  return connection.get(sql`SELECT count(*) FROM (${driver.walk} ${limitSql(bound)})`)![0] as number;
}

/** The shortest of these walks, if it is shorter than the bound. */
function shortest(connection: Connection, drivers: readonly Driver[], bound: number): Driver | undefined {
  let best: Driver | undefined;
  let least = bound;
  for (const driver of drivers) {
    const found = length(connection, driver, bound);
    if (found < least) [best, least] = [driver, found];
  }
  return best;
}

function choose(connection: Connection, drivers: readonly Driver[], effort: Effort): Driver | undefined {
  if (effort !== 'ordered' && drivers.length === 1) return drivers[0];
  for (const bound of BOUNDS[effort]) {
    const driver = shortest(connection, drivers, bound);
    if (driver) return driver;
  }
  return drivers.find(driver => driver.key !== undefined);
}

/** The plan for the live resources of a type that satisfy a filter. */
export function planOf(connection: Connection, partition: string, type: string, where: Filter, effort: Effort): Plan {
  const searched: SearchedType = {
    partition,
    type,
    matching: (other, filter) => matching(connection, partition, other, filter, effort),
  };
  const terms = termsOf(where);
  const drivers = terms.map(term => driverOf(term, searched)).filter(driver => driver !== undefined);
  const driver =
    choose(connection, drivers, effort) ?? driverOf({ kind: 'posting', key: typePosting(type) }, searched)!;
  return { driver, rest: { kind: 'and', of: terms.filter(term => term !== driver.term) } };
}

/**
 * What each row `d` that the plan's driver leads to must satisfy besides; where that may pass over many, it ticks.
 * The type is told by the entries already, and asked again only where the row is fetched anyhow.
 */
export function remaining({ rest }: Plan, tested: TestedRow): Sql {
  const tests = condition(rest, tested);
  return tests === TRUE ? TRUE : every([sql`tick(d.rid)`, tests]);
}

/** SELECT rid …: the live resources of a type that satisfy a filter; may name one twice. */
function matching(connection: Connection, partition: string, type: string, where: Filter, effort: Effort): Sql {
  const plan = planOf(connection, partition, type, where, effort);
  const tests = remaining(plan, { partition, row: 'r' });
  if (tests === TRUE) return plan.driver.rids;
  return sql`SELECT d.rid AS rid FROM (${plan.driver.rids}) d CROSS JOIN resource r ON r.rid = d.rid WHERE ${tests}`;
}
