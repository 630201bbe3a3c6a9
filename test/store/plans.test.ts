/**
 * No search walks a whole table on the main thread: each declared parameter of each type, with a rare value and with one
 * that nearly everything carries, over 100 thousand resources whose index rows are made by rule.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, type Model } from '../../src/compose/model.js';
import { loadConfig } from '../../src/config/config.js';
import type { Endpoint } from '../../src/definitions/endpoint.js';
import { parseSearch } from '../../src/search/parse.js';
import type { Filter, Search } from '../../src/search/query.js';
import type { SearchParam } from '../../src/search/registry.js';
import { Connection } from '../../src/store/sqlite/connection.js';
import { findPage } from '../../src/store/sqlite/find.js';
import { openSqlite } from '../../src/store/sqlite/open.js';
import { planOf, type Effort } from '../../src/store/sqlite/plan.js';
import { limitSql, sql, type Sql } from '../../src/store/sqlite/sql.js';
import { Exhausted } from '../../src/store/sqlite/storage-fault.js';
import { PAGE_ATTEMPTS } from '../../src/store/sqlite/store.js';

const PARTITION = 'demo';
const RESOURCES = 100_000;
/** What the resources are of; of all other types there are none, and their plans are looked at all the same. */
const TYPES = ['Communication', 'Patient', 'Observation', 'Task', 'Encounter', 'DocumentReference'];
const OF_EACH = Math.floor(RESOURCES / TYPES.length);
/** Of so many resources, one carries the rare value. */
const RARITY = 1000;
const MOST_CANDIDATES = 1000;
/** Names without index entries of their own, or without a meaning here. */
const UNSEARCHED = new Set(['_query', '_filter', '_list', '_contained', '_containedType', '_has', '_type']);

type Frequency = 'rare' | 'broad';

/** A value of a parameter's type; of the two frequencies unlike ones. */
function sample({ type, code, targets, components }: SearchParam, frequency: Frequency): string {
  if (code === '_id') return 'i1';
  const digit = frequency === 'rare' ? 1 : 5;
  switch (type) {
    case 'token':
      return `http://example.org/codes|${frequency}`;
    case 'date':
      return `200${digit}-05-05`;
    case 'number':
      return String(digit);
    case 'quantity':
      return `${digit}|http://unitsofmeasure.org|mg`;
    case 'reference':
      return `${targets[0] ?? 'Patient'}/${frequency}`;
    case 'uri':
      return `http://example.org/${frequency}`;
    case 'near':
      return `${digit}|${digit}|${frequency === 'rare' ? 1 : 1000}`;
    case 'composite':
      return components
        .map(({ type: part }) => sample({ type: part, code, targets: [], components: [] } as never, frequency))
        .join('$');
    default:
      return frequency;
  }
}

describe('SQLite plans of every declared parameter', () => {
  let folder: string;
  let model: Model;
  let endpoint: Endpoint;
  let connection: Connection;
  let statements: Sql[];

  const cases = function* (): Generator<{ name: string; frequency: Frequency; search: Search }> {
    for (const { type, searchParams } of endpoint.resources.values()) {
      for (const code of searchParams.keys()) {
        if (UNSEARCHED.has(code)) continue;
        const parameter = model.registry.get(type, code);
        assert.ok(parameter, `${type}.${code}`);
        for (const frequency of ['rare', 'broad'] as const) {
          const { of } = parseSearch(model.registry, {
            type,
            query: [[code, sample(parameter, frequency)]],
            lenient: false,
            now: 0,
            localBases: [],
            declared: () => true,
            limits: { maxPageSize: 100 },
          });
          const search = { partition: PARTITION, of, sort: [], limit: 20, deadline: Infinity };
          yield { name: `${type}?${code} (${frequency})`, frequency, search };
        }
      }
    }
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-plans-'));
    model = loadModel(loadConfig({ PORTICO_DATA: folder }));
    endpoint = model.endpoints.find(({ name }) => name === 'customer')!;
    const path = join(folder, 'portico.db');
    await (await openSqlite(path)).store.close();
    fill(path, [...cases()]);
    connection = new Connection(path, { readOnly: true, cache: 64 * 1024 });
    const [all, get] = [connection.all.bind(connection), connection.get.bind(connection)];
    connection.all = statement => all((statements.push(statement), statement));
    connection.get = statement => get((statements.push(statement), statement));
  });

  after(() => {
    connection.close();
    rmSync(folder, { recursive: true });
  });

  /** How the main thread comes to a page; undefined where it leaves it to a reader thread. */
  function attempt(search: Search): Effort | undefined {
    for (const { effort, rows } of PAGE_ATTEMPTS) {
      try {
        connection.within({ rows, until: Infinity }, () => findPage(connection, search, effort));
        return effort;
      } catch (error) {
        if (!(error instanceof Exhausted)) throw error;
      }
    }
    return undefined;
  }

  /** Tables or indexes that a statement walks from end to end. */
  function scans(statement: Sql): string[] {
    const plan = connection.all(sql`EXPLAIN QUERY PLAN ${statement}`).map(row => String(row[3]));
    const made = new Set(plan.flatMap(line => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(line)?.[1] ?? []));
    return plan.filter(line => {
      const scanned = /^SCAN (\S+)/.exec(line)?.[1];
      return (
        scanned !== undefined &&
        !made.has(scanned) &&
        !/^SCAN (\S+ (EXISTS )?VIRTUAL TABLE|CONSTANT ROW|\(subquery)/.test(line)
      );
    });
  }

  /** What the plan's driver leads to, where that is gathered before the page is cut. */
  function candidates({ of }: Search, effort: Effort): number {
    const [{ type, where }] = of as [Search['of'][number]];
    const { driver } = planOf(connection, { partition: PARTITION, type }, where, effort);
    if (driver.key !== undefined) return 0;
    const counted = sql`SELECT count(*) FROM (SELECT * FROM (${driver.rids}) ${limitSql(MOST_CANDIDATES + 1)})`;
    return connection.get(counted)![0] as number;
  }

  it('is one of an index, with a driving term of at most 1,000 candidates for a page', () => {
    const wrong: string[] = [];
    let seen = 0;
    for (const { name, frequency, search } of cases()) {
      seen++;
      statements = [];
      const effort = attempt(search);
      const asked = [...new Map(statements.map(one => [one.text, one])).values()];
      wrong.push(...asked.flatMap(scans).map(scan => `${name}: ${scan}`));
      if (effort === undefined && frequency === 'rare') wrong.push(`${name}: too long for the main thread`);
      if (effort !== undefined && candidates(search, effort) > MOST_CANDIDATES)
        wrong.push(`${name}: too many candidates`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(seen > 2000, `${seen} searches`);
  });
});

/** Every index entry that a filter tests, on each resource of its type, or on one of RARITY. */
function fill(path: string, cases: readonly { frequency: Frequency; search: Search }[]): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  const resource = database.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${OF_EACH})
     INSERT INTO resource (partition, type, id, version, at, deleted, method, main, entries, json)
     SELECT '${PARTITION}', ?, 'i' || i, 1, i, 0, 'PUT', i, '[[],[],[]]', '{}' FROM n`,
  );
  const from = `FROM resource WHERE type = ? AND rid % ? = 0 ORDER BY rid`;
  const key = database.prepare(`INSERT OR IGNORE INTO key (partition, text) VALUES ('${PARTITION}', ?)`);
  const kid = `(SELECT kid FROM key WHERE partition = '${PARTITION}' AND text = ?)`;
  const posting = database.prepare(`INSERT OR IGNORE INTO posting SELECT ${kid}, main, rid ${from}`);
  const range = database.prepare(`INSERT OR IGNORE INTO range SELECT ${kid}, ?, ?, rid, 1, 0 ${from}`);
  const text = database.prepare(`INSERT OR IGNORE INTO text SELECT ${kid}, ?, rid ${from}`);
  for (const type of TYPES) {
    resource.run(type);
    key.run(type);
    posting.run(type, type, 1);
  }
  for (const { frequency, search } of cases) {
    const [{ type, where }] = search.of as [Search['of'][number]];
    if (!TYPES.includes(type)) continue;
    const step = frequency === 'rare' ? RARITY : 1;
    for (const leaf of leaves(where)) {
      if ('key' in leaf) key.run(leaf.key);
      if (leaf.kind === 'posting') posting.run(leaf.key, type, step);
      if (leaf.kind === 'range') range.run(leaf.key, leaf.test.lo, leaf.test.hi, type, step);
      if (leaf.kind === 'text') text.run(leaf.key, leaf.value, type, step);
    }
  }
  database.exec('COMMIT');
  database.close();
}

function leaves(filter: Filter): Filter[] {
  return filter.kind === 'and' || filter.kind === 'or' ? filter.of.flatMap(leaves) : [filter];
}
