/**
 * Which index a search walks. SQLite keeps no statistics on single keys, so the lengths of the candidate walks are
 * counted, but no further than a small bound: the shortest drives, the other terms are tested on each row it finds.
 */
import { defined } from '../../fhir/defined.js';
import { negated } from '../../search/filters.js';
import { typePosting, type Filter } from '../../search/query.js';
import type { Connection } from './connection.js';
import { driverOf, leads, type Driver, type SearchedType } from './driver.js';
import { condition, type TestedRow } from './filter-sql.js';
import { every, limitSql, sql, TRUE, type Sql } from './sql.js';

/**
 * How hard to look for the way:
 * - `guess`: take a lone index, or the shortest of several; the search may turn out too long;
 * - `ordered`: walk a posting in the order of the main date, which ends at the end of the page;
 * - `check`: count every walk, as far as a writer may that others wait for;
 * - `count`: count every walk, however long that takes.
 */
export type Effort = 'guess' | 'ordered' | 'check' | 'count';

/** Where no walk is shorter than a bound, the next is tried. */
const BOUNDS = { guess: [200], ordered: [], check: [200, 20_000], count: [200, 20_000, 1_000_000] };

export interface Plan {
  driver: Driver;
  /** What the rows the driver finds must satisfy besides. */
  rest: Filter;
  /** SELECT rid …: rows of which every match is one. */
  included: readonly Sql[];
  /** SELECT rid …: rows that are no matches although the driver finds them; fewer than FEW each. */
  excluded: readonly Sql[];
}

/** So few rows to leave out are gathered once for a search, instead of testing each row that the driver finds. */
export const FEW = 200;

/** Rows that a caller sees of a type, as many as are looked at before anything else. */
const SEEN = 2000;

function termsOf(filter: Filter): Filter[] {
  return filter.kind === 'and' ? filter.of.flatMap(termsOf) : filter.kind === 'all' ? [] : [filter];
}

function length(connection: Connection, driver: Driver, bound: number): number {
  return connection.count(sql`SELECT count(*) FROM (${driver.walk} ${limitSql(bound)})`);
}

/** The shortest of these walks and its length, if that is below the bound. */
function shortestWalk(
  connection: Connection,
  drivers: readonly Driver[],
  bound: number,
): { driver: Driver; length: number } | undefined {
  let best: { driver: Driver; length: number } | undefined;
  for (const driver of drivers) {
    const found = length(connection, driver, bound);
    if (found < (best?.length ?? bound)) best = { driver, length: found };
  }
  return best;
}

const shortest = (connection: Connection, drivers: readonly Driver[], bound: number): Driver | undefined =>
  shortestWalk(connection, drivers, bound)?.driver;

function choose(connection: Connection, drivers: readonly Driver[], effort: Effort): Driver | undefined {
  if (effort !== 'ordered' && drivers.length === 1) return drivers[0];
  for (const bound of BOUNDS[effort]) {
    const driver = shortest(connection, drivers, bound);
    if (driver) return driver;
  }
  return drivers.find(driver => driver.key !== undefined);
}

/** What a plan is made for, besides a condition on it. */
interface Scope {
  partition: string;
  type: string;
  /** What alone the caller sees; part of the condition too. */
  within?: Filter;
}

/** The plan for the live resources of a type that satisfy a filter. */
export function planOf(connection: Connection, scope: Scope, where: Filter, effort: Effort): Plan {
  const searched = searchedIn(connection, scope, effort);
  const terms = termsOf(where);
  const driver =
    leadOf(connection, searched, scope.within) ??
    choose(connection, driversOf(terms, searched), effort) ??
    driverOf({ kind: 'posting', key: typePosting(scope.type) }, searched)!;
  const [rest, included, excluded]: [Filter[], Sql[], Sql[]] = [[], [], []];
  for (const term of terms.filter(one => one !== driver.term)) {
    const few = leads(term) ? undefined : fewOthers(connection, term, searched, effort);
    if (few) excluded.push(...few);
    else if (isNarrow(connection, term, scope, effort)) included.push(driverOf(term, searched)!.rids);
    else rest.push(term);
  }
  return { driver, rest: { kind: 'and', of: rest }, included, excluded };
}

function searchedIn(connection: Connection, { partition, type }: Scope, effort: Effort): SearchedType {
  const matching: SearchedType['matching'] = (other, where, within) =>
    rids(planOf(connection, { partition, type: other, ...defined({ within }) }, where, effort), partition);
  return { partition, type, matching };
}

const driversOf = (terms: readonly Filter[], searched: SearchedType): Driver[] =>
  terms.map(term => driverOf(term, searched)).filter(driver => driver !== undefined);

/** What leads to the little that the caller sees, whatever else there is. */
const leadOf = (connection: Connection, searched: SearchedType, within: Filter | undefined): Driver | undefined =>
  within && shortest(connection, driversOf(termsOf(within), searched), SEEN);

/** Whether a term consists of chains to little that the caller sees: its rows are gathered, whatever they are asked of. */
function isNarrow(connection: Connection, term: Filter, { partition }: Scope, effort: Effort): boolean {
  if (term.kind === 'or') return term.of.every(one => isNarrow(connection, one, { partition, type: '' }, effort));
  if (term.kind !== 'refers' && term.kind !== 'referred') return false;
  const scope = { partition, type: term.type };
  return leadOf(connection, searchedIn(connection, scope, effort), term.within) !== undefined;
}

/**
 * SELECT rid …: what does not satisfy the term, where an index leads to that and it is little. None where there is nothing of it:
 * the statements of an attempt on the calling thread see one snapshot; elsewhere there may be some by then.
 */
function fewOthers(
  connection: Connection,
  term: Filter,
  searched: SearchedType,
  effort: Effort,
): readonly Sql[] | undefined {
  const terms = termsOf(negated(term));
  const walk = shortestWalk(connection, driversOf(terms, searched), FEW);
  if (!walk) return undefined;
  if (effort !== 'count' && walk.length === 0) return [];
  const { driver } = walk;
  const rest: Filter = { kind: 'and', of: terms.filter(one => one !== driver.term) };
  return [rids({ driver, rest, included: [], excluded: [] }, searched.partition)];
}

/** What each row `d` that the plan's driver leads to must satisfy besides. */
export const tests = (plan: Plan, tested: TestedRow): Sql => gathered(plan, condition(plan.rest, tested));

const gathered = ({ included, excluded }: Plan, rest: Sql): Sql =>
  every([...included.map(rows => sql`d.rid IN (${rows})`), ...excluded.map(rows => sql`d.rid NOT IN (${rows})`), rest]);

/**
 * The same, and a tick where the tests may pass over many rows.
 * The type is told by the entries already, and asked again only where the row is fetched anyhow.
 */
export function remaining(plan: Plan, tested: TestedRow): Sql {
  const rest = condition(plan.rest, tested);
  const few = rest === TRUE && plan.included.length === 0;
  return every([few ? TRUE : sql`tick(d.rid)`, gathered(plan, rest)]);
}

/** SELECT rid …: the live resources that the plan finds; may name one twice. */
function rids(plan: Plan, partition: string): Sql {
  const tests = remaining(plan, { partition, row: 'r' });
  if (tests === TRUE) return plan.driver.rids;
  return sql`SELECT d.rid AS rid FROM (${plan.driver.rids}) d CROSS JOIN resource r ON r.rid = d.rid WHERE ${tests}`;
}
