/**
 * One connection: prepared statements by their text, and a bound on the work of a statement. Every loop of ours that
 * may run long calls the SQL function `tick(rid)` on each row; it throws when the rows or the time granted are used up.
 * https://nodejs.org/docs/latest-v24.x/api/sqlite.html
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Cache } from '../../runtime/cache.js';
import { Snapshot } from './snapshot.js';
import type { Sql, SqlValue } from './sql.js';
import { Exhausted, unavailable } from './storage-fault.js';

const STATEMENTS = 300;
const COUNTS = 1000;
export const BUSY_MILLISECONDS = 5000;
const TICKS_BETWEEN_LOOKS = 64;

/** How much a statement may do: rows it examines, and the instant (of `monotonic`) it must be done by. */
export interface Allowance {
  rows: number;
  until: number;
}

export const UNBOUNDED: Allowance = { rows: Infinity, until: Infinity };

export interface ConnectionOptions {
  readOnly: boolean;
  cache: number;
  cuts?: Int32Array;
  shared?: boolean;
}

/** A row as an array of its columns. */
export type Row = readonly SqlValue[];

/** Milliseconds since the epoch that never go back and are the same in every thread. */
export const monotonic = (): number => performance.timeOrigin + performance.now();

export class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #cuts: Int32Array | undefined;
  readonly #snapshot: Snapshot | undefined;
  #counts = new Cache<number>(COUNTS);
  /** The version of the data for which they hold. */
  #countsOf: number | undefined;
  #allowance: Allowance = UNBOUNDED;
  #ticks = 0;
  #seen = 0;

  /**
   * `cache`: kilobytes of pages to keep. `cuts`: a number that another thread raises to have all begin anew who read;
   * statements under way throw Exhausted then. `shared`: the statements of one turn of the event loop see one snapshot.
   */
  constructor(path: string, { readOnly, cache, cuts, shared = false }: ConnectionOptions) {
    this.#cuts = cuts;
    this.#database = new DatabaseSync(path, { readOnly, timeout: BUSY_MILLISECONDS });
    this.#database.exec(`PRAGMA cache_size = -${cache}`);
    if (shared) this.#snapshot = new Snapshot(this.#database);
    this.#database.function('tick', { varargs: true }, () => this.#tick());
  }

  get database(): DatabaseSync {
    return this.#database;
  }

  /** Runs `work` within the allowance; throws Exhausted where it does not suffice. */
  within<T>(allowance: Allowance, work: () => T): T {
    this.#allowance = allowance;
    this.#ticks = 0;
    this.#seen = this.#cut;
    try {
      return work();
    } finally {
      this.#allowance = UNBOUNDED;
    }
  }

  all({ text, values }: Sql): Row[] {
    return this.#ready(text).all(...values) as unknown as Row[];
  }

  /** The rows up to the first that `isLast`; none behind it is read. */
  until({ text, values }: Sql, isLast: (row: Row) => boolean): Row[] {
    const rows: Row[] = [];
    try {
      for (const row of this.#ready(text).iterate(...values) as Iterable<unknown> as Iterable<Row>) {
        rows.push(row);
        if (isLast(row)) break;
      }
    } catch (error) {
      // An iterator of this statement would fail once more: https://nodejs.org/docs/latest-v24.x/api/sqlite.html
      this.#statements.delete(text);
      throw error;
    }
    return rows;
  }

  get({ text, values }: Sql): Row | undefined {
    return this.#ready(text).get(...values) as unknown as Row | undefined;
  }

  /** A number that a statement counts, 0 without a row; remembered until something is committed, for each page of a box asks. */
  count(statement: Sql): number {
    const version = this.#snapshot?.version();
    if (version === undefined) return this.#counted(statement);
    if (version !== this.#countsOf) this.#counts = new Cache(COUNTS);
    this.#countsOf = version;
    const name = [statement.text, ...statement.values].join('\0');
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const counted = this.#counted(statement);
    this.#counts.set(name, counted);
    return counted;
  }

  /** Runs a statement that changes rows; `rid` is that of the last row inserted. */
  run({ text, values }: Sql): { changes: number; rid: number } {
    const { changes, lastInsertRowid } = this.#prepare(text).run(...values);
    return { changes: Number(changes), rid: Number(lastInsertRowid) };
  }

  close(): void {
    this.#snapshot?.release();
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #counted(statement: Sql): number {
    return (this.get(statement)?.[0] as number | undefined) ?? 0;
  }

  #ready(text: string): StatementSync {
    const statement = this.#prepare(text);
    this.#snapshot?.take();
    return statement;
  }

  #prepare(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known) return known;
    if (!this.#database.isOpen) throw unavailable();
    const statement = this.#database.prepare(text);
    statement.setReturnArrays(true);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= STATEMENTS && oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(text, statement);
    return statement;
  }

  #tick(): number {
    this.#ticks += 1;
    if (this.#ticks > this.#allowance.rows) throw new Exhausted('rows');
    if (this.#cut !== this.#seen) throw new Exhausted('snapshot');
    if (this.#ticks % TICKS_BETWEEN_LOOKS === 0 && monotonic() > this.#allowance.until) throw new Exhausted('time');
    return 1;
  }

  get #cut(): number {
    return this.#cuts ? Atomics.load(this.#cuts, 0) : 0;
  }
}
