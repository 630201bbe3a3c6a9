/** The store port on SQLite: short reads on the calling thread, long ones on reader threads, writes on the writer. */
import type { Clock } from '../../fhir/clock.js';
import { countOnPage, PageEnd } from '../../search/page-end.js';
import type { Filter, Position, Search } from '../../search/query.js';
import { weightOf } from '../../search/weight.js';
import type { ChangeSet, HistoryQuery, Key, Page, Past, Store, Tally, Version } from '../port.js';
import { monotonic, type Connection } from './connection.js';
import { condition } from './filter-sql.js';
import { versionAt } from './history.js';
import { intact } from './checksum.js';
import { commitJob, commitJobInSlices } from './jobs.js';
import type { Effort } from './plan.js';
import { answer, type Answer, type ReadQuery } from './queries.js';
import type { Readers } from './readers.js';
import { columns, textLengthOf, versionOf } from './row.js';
import { Exhausted, orFault, storageFault, tooLate, unavailable } from './storage-fault.js';
import { limitSql, Sql, sql, TRUE } from './sql.js';
import type { Writer } from './writer.js';

interface Attempt {
  effort: Effort;
  /** Rows it may examine. */
  rows: number;
}

/** What is tried on the calling thread before a reader thread is asked: one or two milliseconds at most. */
export const PAGE_ATTEMPTS: readonly Attempt[] = [
  { effort: 'guess', rows: 500 },
  { effort: 'ordered', rows: 500 },
];
const OTHER_ATTEMPTS: readonly Attempt[] = [{ effort: 'guess', rows: 2000 }];

/** Milliseconds for an attempt: rows with many entries take longer. */
const MOST_MILLISECONDS = 20;

/** Puts of one commit that are made ready in one turn of the event loop. */
const FEW = 16;

/** Conditions (in the measure of search/weight.ts) that a reader thread tests from the start, since each row takes long. */
const HEAVY = 40;

function attemptsFor(query: ReadQuery): readonly Attempt[] {
  if (query.op === 'tally') return OTHER_ATTEMPTS;
  const { of } = 'search' in query ? query.search : query.query;
  if (of.reduce((sum, { where }) => sum + weightOf(where), 0) > HEAVY) return [];
  return query.op === 'search' ? PAGE_ATTEMPTS : OTHER_ATTEMPTS;
}

/** The most frequent statement of all: without the columns that the caller knows, its text never composed anew. */
const READ = new Sql(`SELECT r.version, r.at, r.method, r.checksum, r.json FROM resource r
  WHERE r.partition = ? AND r.type = ? AND r.id = ?`);

const narrowedRead = ({ text, values }: Sql): Sql =>
  text === TRUE.text ? READ : new Sql(`${READ.text} AND ${text}`, values);

type ReadRow = [version: number, at: number, method: Version['method'], checksum: number | null, json: string];

export interface Parts {
  clock: Clock;
  connection: Connection;
  readers: Readers;
  writer: Writer;
}

export class SqliteStore implements Store {
  private readonly parts: Parts;
  /** By partition; they go with their filters. */
  private readonly reads = new WeakMap<Filter, Map<string, Sql>>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  async read(keys: readonly Key[], where?: (type: string) => Filter): Promise<(Version | undefined)[]> {
    try {
      return keys.map(key => this.readOne(key, where));
    } catch (error) {
      throw storageFault(error);
    }
  }

  async version(key: Key, version: number, past?: Past): Promise<Version | undefined> {
    return orFault(() => versionAt(this.parts.connection, key, version, past));
  }

  search(search: Search): Promise<Page> {
    return this.answer({ op: 'search', search }, search);
  }

  count(search: Pick<Search, 'partition' | 'of' | 'deadline' | 'caller'>, limit: number): Promise<number> {
    const { partition, of } = search;
    return this.answer({ op: 'count', search: { partition, of }, limit }, search);
  }

  tally(tally: Tally): Promise<ReadonlyMap<string, number>> {
    return this.answer({ op: 'tally', tally }, tally);
  }

  history(query: HistoryQuery): Promise<Page> {
    return this.answer({ op: 'history', query }, query);
  }

  countHistory(query: Omit<HistoryQuery, 'limit' | 'after'>, limit: number): Promise<number> {
    return this.answer({ op: 'countHistory', query, limit }, query);
  }

  async scan(partition: string, type: string, limit: number, after?: Position): Promise<Page> {
    const behind = sql`SELECT ${columns('r')} FROM resource r WHERE r.partition = ${partition} AND r.type = ${type}
        AND r.id > ${after?.[0] ?? ''} AND r.deleted = 0 ORDER BY r.id ${limitSql(limit + 1)}`;
    const end = new PageEnd({ limit });
    const rows = orFault(() => this.parts.connection.until(behind, row => end.reached(textLengthOf(row))));
    const all = rows.map(row => versionOf(partition, row));
    const page = all.slice(0, countOnPage(all, { limit }));
    const last = page.at(-1);
    return { rows: page, ...(rows.length > page.length && last && { next: [last.key.id] }) };
  }

  async commit(changes: ChangeSet): Promise<void> {
    const { clock, writer } = this.parts;
    const many = (changes.puts?.length ?? 0) > FEW;
    const job = many ? await commitJobInSlices(changes, clock.now()) : commitJob(changes, clock.now());
    await writer.perform(job);
  }

  async close(): Promise<void> {
    await this.parts.writer.close();
    this.parts.readers.close(unavailable());
    this.parts.connection.close();
  }

  private readOne(key: Key, where?: (type: string) => Filter): Version | undefined {
    const { partition, type, id } = key;
    const { text, values } = where ? this.readWhere(where(type), partition) : READ;
    const row = this.parts.connection.get(new Sql(text, [partition, type, id, ...values]));
    if (!row) return undefined;
    const [version, at, method, checksum, json] = row as ReadRow;
    return { key: { partition, type, id }, version, at, deleted: json === '', method, json: intact(json, checksum) };
  }

  /** The statement for a filter: a policy asks by the same one again and again, and to compose it takes longer than to run it. */
  private readWhere(filter: Filter, partition: string): Sql {
    const known = this.reads.get(filter) ?? new Map<string, Sql>();
    this.reads.set(filter, known);
    const statement = known.get(partition) ?? narrowedRead(condition(filter, { partition, row: 'r' }));
    known.set(partition, statement);
    return statement;
  }

  /** Answers here within a bound, by a guess and then in order; else a reader thread does, by the deadline. */
  private async answer<Q extends ReadQuery>(
    query: Q,
    { deadline, caller }: Pick<Search, 'deadline' | 'caller'>,
  ): Promise<Answer<Q>> {
    const { clock, connection, readers } = this.parts;
    const left = deadline - clock.now();
    if (left < 0) throw tooLate();
    for (const { effort, rows } of attemptsFor(query)) {
      try {
        return connection.within({ rows, until: monotonic() + MOST_MILLISECONDS }, () =>
          answer(connection, query, effort),
        ) as Answer<Q>;
      } catch (error) {
        if (!(error instanceof Exhausted)) throw storageFault(error);
      }
    }
    return readers.answer(query, left, caller);
  }
}
