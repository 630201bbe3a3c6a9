/**
 * The ways an index can walk to the resources that satisfy one condition. What a driver finds is exactly the live
 * resources that satisfy `term`, so the search needs to test only its other terms on them.
 */
import { CEILING, FLOOR, type Filter, type RangeTest } from '../../search/query.js';
import { condition, intervalTest, textTest } from './filter-sql.js';
import { keyBegins, keyNumber, keyNumbers } from './keys.js';
import { every, join, Sql, sql } from './sql.js';

export interface Driver {
  term: Filter;
  /** SELECT rid …: each resource of the partition that satisfies the term; may name one twice. */
  rids: Sql;
  /** SELECT 1 …: one row for each index row the walk touches, to estimate its length by. */
  walk: Sql;
  /** The posting whose index order is the order of the main date. */
  key?: string;
}

/** What a driver needs to know of the search it works for. */
export interface SearchedType {
  partition: string;
  type: string;
  /** SELECT rid …: the live resources of another type that satisfy a filter, by their own best driver. */
  matching: (type: string, where: Filter, within?: Filter) => Sql;
}

type Walk = Omit<Driver, 'term'>;

export type Chain = Extract<Filter, { kind: 'refers' | 'referred' }>;

const NOWHERE: Walk = { rids: sql`SELECT 0 AS rid WHERE 0`, walk: sql`SELECT 1 WHERE 0` };

/** SQLite takes 500 parts in a UNION; a longer list of unlike alternatives is tested row by row. */
const ALTERNATIVES = 100;

function ofPosting(key: string, { partition }: SearchedType): Walk {
  const from = sql`FROM posting WHERE kid = ${keyNumber(partition, key)}`;
  return { rids: sql`SELECT rid ${from}`, walk: sql`SELECT 1 ${from}`, key };
}

/** The least and greatest start an interval that passes can have. */
function startBounds({ op, lo, hi }: RangeTest): [number, number] {
  switch (op) {
    case 'eq':
      return [lo, hi];
    case 'lt':
      return [FLOOR, lo];
    case 'le':
    case 'ap':
      return [FLOOR, Math.max(lo, hi)];
    case 'eb':
      return [FLOOR, lo];
    case 'sa':
      return [hi, CEILING];
    case 'gt':
    case 'ge':
    case 'ne':
      return [FLOOR, CEILING];
  }
}

function ofRange({ key, test, second }: Filter & { kind: 'range' }, { partition }: SearchedType): Walk {
  const [least, greatest] = startBounds(test);
  const bounds = [
    ...(least === FLOOR ? [] : [sql`lo >= ${least}`]),
    ...(greatest === CEILING ? [] : [sql`lo <= ${greatest}`]),
  ];
  const walk = every([sql`kid = ${keyNumber(partition, key)}`, ...bounds]);
  const tests = [walk, sql`tick(rid)`, intervalTest(new Sql('lo'), new Sql('hi'), test)];
  if (second) tests.push(sql`lo2 <= hi2`, intervalTest(new Sql('lo2'), new Sql('hi2'), second));
  return {
    rids: sql`SELECT DISTINCT rid FROM range WHERE ${every(tests)}`,
    walk: sql`SELECT 1 FROM range WHERE ${walk}`,
  };
}

/** `contains` and `suffix` walk all texts of its key. */
function ofText({ key, match, value }: Filter & { kind: 'text' }, { partition }: SearchedType): Walk {
  const texts = sql`kid = ${keyNumber(partition, key)}`;
  const test = textTest(new Sql('value'), match, value);
  return {
    rids: sql`SELECT DISTINCT rid FROM text WHERE ${texts} AND tick(rid) AND ${test}`,
    walk: sql`SELECT 1 FROM text WHERE ${match === 'contains' || match === 'suffix' ? texts : every([texts, test])}`,
  };
}

function ofRows(term: Filter, { partition, type }: SearchedType): Walk {
  const test = condition(term, { partition, row: 'r' });
  const from = sql`FROM resource r WHERE r.partition = ${partition} AND r.type = ${type} AND ${test} AND r.deleted = 0`;
  return { rids: sql`SELECT r.rid AS rid ${from} AND tick(r.rid)`, walk: sql`SELECT 1 ${from}` };
}

/** The rows of a chain's other end, found before anything else is asked of them: SQLite would put its tests off. */
const otherEnd = ({ type, where, within }: Chain, { matching }: SearchedType): Sql =>
  sql`(SELECT rid FROM (${matching(type, where, within)}) LIMIT -1)`;

function ofRefers(term: Filter & { kind: 'refers' }, searched: SearchedType): Walk {
  const { key, type } = term;
  const { partition } = searched;
  const from = sql`FROM ${otherEnd(term, searched)} m CROSS JOIN resource x ON x.rid = m.rid
    CROSS JOIN posting p ON p.kid = ${keyNumber(partition, sql`${`${key}${type}/`} || x.id`)} WHERE x.type = ${type} AND tick(p.rid)`;
  return { rids: sql`SELECT DISTINCT p.rid AS rid ${from}`, walk: sql`SELECT 1 ${from}` };
}

function ofReferred(term: Filter & { kind: 'referred' }, searched: SearchedType): Walk {
  const { partition, type } = searched;
  const prefix = `${term.key}${term.own}/`;
  const id = sql`substr(k.text, length(${prefix}) + 1)`;
  const from = sql`FROM ${otherEnd(term, searched)} m CROSS JOIN resource x ON x.rid = m.rid
    CROSS JOIN json_each(x.entries, '$[0]') e CROSS JOIN key k ON k.kid = e.value CROSS JOIN resource o ON o.partition = ${partition} AND o.type = ${type}
    AND o.id = ${id} WHERE x.type = ${term.type} AND tick(x.rid) AND ${keyBegins(prefix)} AND o.deleted = 0`;
  return { rids: sql`SELECT DISTINCT o.rid AS rid ${from}`, walk: sql`SELECT 1 ${from}` };
}

function ofPostings(keys: readonly string[], { partition }: SearchedType): Walk {
  const from = sql`FROM posting WHERE kid IN ${keyNumbers(partition, keys)}`;
  return { rids: sql`SELECT DISTINCT rid ${from}`, walk: sql`SELECT 1 ${from}` };
}

function ofAny(terms: readonly Filter[], searched: SearchedType): Walk | undefined {
  if (terms.length === 0) return NOWHERE;
  if (terms.every(term => term.kind === 'posting'))
    return ofPostings(
      terms.map(term => term.key),
      searched,
    );
  if (terms.length > ALTERNATIVES) return undefined;
  const walks = terms.map(term => walkOf(term, searched));
  if (!walks.every(walk => walk !== undefined)) return undefined;
  return {
    rids: join(
      walks.map(walk => walk.rids),
      ' UNION ',
    ),
    walk: join(
      walks.map(walk => walk.walk),
      ' UNION ALL ',
    ),
  };
}

/**
 * Whether an index leads to what satisfies the condition: to what merely lacks something none does, nor does a chain lead from
 * all of a type.
 */
export function leads(term: Filter): boolean {
  switch (term.kind) {
    case 'and':
      return term.of.some(leads);
    case 'or':
      return term.of.every(leads);
    case 'refers':
    case 'referred':
      return leads(term.where);
    case 'all':
    case 'not':
      return false;
    default:
      return true;
  }
}

function walkOf(term: Filter, searched: SearchedType): Walk | undefined {
  switch (term.kind) {
    case 'posting':
      return ofPosting(term.key, searched);
    case 'range':
      return ofRange(term, searched);
    case 'text':
      return ofText(term, searched);
    case 'refers':
      return leads(term.where) ? ofRefers(term, searched) : undefined;
    case 'referred':
      return leads(term.where) ? ofReferred(term, searched) : undefined;
    case 'id':
    case 'updated':
      return ofRows(term, searched);
    case 'none':
      return NOWHERE;
    case 'or':
      return ofAny(term.of, searched);
    case 'and': {
      if (!term.of.some(leads)) return undefined;
      const rids = searched.matching(searched.type, term);
      return { rids, walk: sql`SELECT 1 FROM (${rids})` };
    }
    case 'all':
    case 'not':
      return undefined;
  }
}

/** The driver for a condition; undefined where no index leads to it (everything, negations). */
export function driverOf(term: Filter, searched: SearchedType): Driver | undefined {
  const walk = walkOf(term, searched);
  return walk && { term, ...walk };
}
