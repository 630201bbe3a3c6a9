/**
 * Filter → the SQL condition on one row. Every condition yields 0 or 1, never NULL, so that NOT means what it says.
 * Entries are looked up in the row's own: `[kid[], [kid, lo, hi, lo2?, hi2?][], [kid, value][]]`.
 */
import type { Filter, RangeTest, TextMatch } from '../../search/query.js';
import { keyBegins, keyNumber, keyNumbers } from './keys.js';
import { startsWith } from './prefix-sql.js';
import { every, FALSE, some, Sql, sql, TRUE } from './sql.js';

/** The row under test, as names in SQL. */
export interface TestedRow {
  partition: string;
  /** Alias of its row of `resource`. */
  row: string;
  /** Where it came from an index that knows them: its rid and main date, so that its row need not be fetched. */
  posting?: string;
}

const POSTINGS = new Sql("'$[0]'");
const RANGES = new Sql("'$[1]'");
const TEXTS = new Sql("'$[2]'");

const name = (text: string): Sql => new Sql(text);
const entries = (tested: TestedRow, path: Sql): Sql => sql`json_each(${name(tested.row)}.entries, ${path})`;

/** How a stored interval compares with the test's, as search/query.ts states it. */
export function intervalTest(lo: Sql, hi: Sql, { op, lo: a, hi: b }: RangeTest): Sql {
  const equal = sql`(${lo} >= ${a} AND ${hi} <= ${b})`;
  switch (op) {
    case 'eq':
      return equal;
    case 'ne':
      return sql`NOT ${equal}`;
    case 'gt':
      return sql`${hi} > ${b}`;
    case 'lt':
      return sql`${lo} < ${a}`;
    case 'ge':
      return sql`(${hi} > ${b} OR ${equal})`;
    case 'le':
      return sql`(${lo} < ${a} OR ${equal})`;
    case 'sa':
      return sql`${lo} > ${b}`;
    case 'eb':
      return sql`${hi} < ${a}`;
    case 'ap':
      return sql`(${lo} <= ${b} AND ${hi} >= ${a})`;
  }
}

export function textTest(column: Sql, match: TextMatch, value: string): Sql {
  switch (match) {
    case 'equals':
      return sql`${column} = ${value}`;
    case 'prefix':
      return startsWith(column, value);
    case 'contains':
      return value === '' ? TRUE : sql`instr(${column}, ${value}) > 0`;
    case 'suffix':
      return value === '' ? TRUE : sql`substr(${column}, ${-Array.from(value).length}) = ${value}`;
    case 'before':
      return sql`${column} < ${value}`;
    case 'after':
      return sql`${column} > ${value}`;
  }
}

/** Carries one of these postings. */
function postingTest(keys: readonly string[], tested: TestedRow): Sql {
  const { partition } = tested;
  const list = keys.length === 1 ? sql`= ${keyNumber(partition, keys[0]!)}` : sql`IN ${keyNumbers(partition, keys)}`;
  if (tested.posting === undefined) return sql`EXISTS (SELECT 1 FROM ${entries(tested, POSTINGS)} WHERE value ${list})`;
  const from = name(tested.posting);
  return sql`EXISTS (SELECT 1 FROM posting WHERE kid ${list} AND t = ${from}.t AND rid = ${from}.rid)`;
}

function anyCondition(terms: readonly Filter[], tested: TestedRow): Sql {
  const [postings, others] = [
    terms.filter(term => term.kind === 'posting'),
    terms.filter(term => term.kind !== 'posting'),
  ];
  const listed =
    postings.length > 0
      ? [
          postingTest(
            postings.map(({ key }) => key),
            tested,
          ),
        ]
      : [];
  return some([...listed, ...others.map(part => condition(part, tested))]);
}

/** A number of an entry; JSON integers beyond 2^53 must compare as the doubles they were. */
const number = (index: number): Sql => new Sql(`CAST(value ->> ${index} AS REAL)`);

function rangeCondition(filter: Filter & { kind: 'range' }, tested: TestedRow): Sql {
  const second = filter.second && [
    sql`json_array_length(value) = 5`,
    intervalTest(number(3), number(4), filter.second),
  ];
  const kid = keyNumber(tested.partition, filter.key);
  const tests = [sql`value ->> 0 = ${kid}`, intervalTest(number(1), number(2), filter.test), ...(second ?? [])];
  return sql`EXISTS (SELECT 1 FROM ${entries(tested, RANGES)} WHERE ${every(tests)})`;
}

function textCondition(filter: Filter & { kind: 'text' }, tested: TestedRow): Sql {
  const test = textTest(new Sql('(value ->> 1)'), filter.match, filter.value);
  const kid = keyNumber(tested.partition, filter.key);
  return sql`EXISTS (SELECT 1 FROM ${entries(tested, TEXTS)} WHERE value ->> 0 = ${kid} AND ${test})`;
}

function refersCondition({ key, type, where }: Filter & { kind: 'refers' }, tested: TestedRow): Sql {
  const prefix = `${key}${type}/`;
  const target: TestedRow = { partition: tested.partition, row: `${tested.row}x` };
  const row = name(target.row);
  return sql`EXISTS (SELECT 1 FROM ${entries(tested, POSTINGS)} e CROSS JOIN key k ON k.kid = e.value
    CROSS JOIN resource ${row} ON ${row}.partition = ${tested.partition} AND ${row}.type = ${type}
    AND ${row}.id = substr(k.text, length(${prefix}) + 1) WHERE ${keyBegins(prefix)} AND ${row}.deleted = 0 AND ${condition(where, target)})`;
}

function referredCondition({ key, type, own, where }: Filter & { kind: 'referred' }, tested: TestedRow): Sql {
  const source: TestedRow = { partition: tested.partition, row: `${tested.row}x`, posting: `${tested.row}p` };
  const row = name(source.row);
  const posting = name(source.posting!);
  return sql`EXISTS (SELECT 1 FROM posting ${posting} CROSS JOIN resource ${row} ON ${row}.rid = ${posting}.rid
    WHERE ${posting}.kid = ${keyNumber(tested.partition, sql`${`${key}${own}/`} || ${name(tested.row)}.id`)}
    AND tick(${posting}.rid) AND ${row}.type = ${type} AND ${condition(where, source)})`;
}

/** The condition that the tested satisfies the filter. */
export function condition(filter: Filter, tested: TestedRow): Sql {
  switch (filter.kind) {
    case 'all':
      return TRUE;
    case 'none':
      return FALSE;
    case 'and':
      return every(filter.of.map(part => condition(part, tested)));
    case 'or':
      return anyCondition(filter.of, tested);
    case 'not':
      return sql`NOT (${condition(filter.of, tested)})`;
    case 'id':
      return sql`${name(tested.row)}.id IN (SELECT value FROM json_each(${JSON.stringify(filter.ids)}))`;
    case 'posting':
      return postingTest([filter.key], tested);
    case 'range':
      return rangeCondition(filter, tested);
    case 'text':
      return textCondition(filter, tested);
    case 'updated':
      return intervalTest(sql`${name(tested.row)}.at`, sql`${name(tested.row)}.at`, filter.test);
    case 'refers':
      return refersCondition(filter, tested);
    case 'referred':
      return referredCondition(filter, tested);
  }
}
