/**
 * One read transaction for all statements of one turn of the event loop: to open one costs as much as a look-up by key.
 * A request that arrives in a turn was sent before the loop polled for it, so a snapshot taken later holds every commit that
 * its sender can know of. https://www.sqlite.org/isolation.html, https://docs.libuv.org/en/v1.x/design.html#the-i-o-loop
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

const { nodeTiming } = performance;

/** A number that rises before the event loop polls for input, and when it polls again because too much was ready at once. */
function turn(): number {
  const { loopCount, events } = nodeTiming.uvMetricsInfo;
  return loopCount + events;
}

/** How many answers threads have given in this process. */
let answers = 0;

/** Later statements see all commits so far: an answer of the writer thread means a commit. */
export function renewSnapshots(): void {
  answers += 1;
}

export class Snapshot {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #version: StatementSync;
  #known: number | undefined;
  #turn: number | undefined;
  #answers = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN');
    this.#commit = database.prepare('COMMIT');
    this.#version = database.prepare('PRAGMA data_version');
  }

  /** A number that differs from that of an earlier snapshot if anything was committed in between. https://www.sqlite.org/pragma.html#pragma_data_version */
  version(): number {
    this.take();
    return (this.#known ??= (this.#version.get() as { data_version: number }).data_version);
  }

  /** Statements see the commits so far, until the turn ends or a thread answers. */
  take(): void {
    const now = turn();
    if (this.#turn === now && this.#answers === answers) return;
    this.release();
    this.#begin.run();
    this.#known = undefined;
    this.#turn = now;
    this.#answers = answers;
    setImmediate(() => this.release());
  }

  release(): void {
    if (this.#turn === undefined) return;
    this.#turn = undefined;
    if (!this.#database.isOpen || !this.#database.isTransaction) return;
    try {
      this.#commit.run();
    } catch {
      // The disk failed. Nothing was written: the next statement begins anew and tells what it meets.
      this.#database.exec('ROLLBACK');
    }
  }
}
