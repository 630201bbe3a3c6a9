/**
 * One read transaction for all statements of one turn of the event loop: to open one costs as much as a look-up by key.
 * What arrives in a turn was sent before the loop looked for it, so a snapshot taken after that holds all that its sender
 * can know of. https://www.sqlite.org/isolation.html, https://docs.libuv.org/en/v1.x/design.html#the-i-o-loop
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The number of the turn rises before the loop looks for what has arrived. */
const turn = (): number => performance.nodeTiming.uvMetricsInfo.loopCount;

/** How many answers threads have given in this process. */
let answers = 0;

/** From here on statements see what is committed by now: whoever waited for a thread sees what it did. */
export function renewSnapshots(): void {
  answers += 1;
}

export class Snapshot {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #turn: number | undefined;
  #answers = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN');
    this.#commit = database.prepare('COMMIT');
  }

  /** Statements from here to the end of the turn, or to the next answer of a thread, see what is committed by now. */
  take(): void {
    const now = turn();
    if (this.#turn === now && this.#answers === answers) return;
    this.release();
    this.#begin.run();
    this.#turn = now;
    this.#answers = answers;
    setImmediate(() => this.release());
  }

  release(): void {
    if (this.#turn === undefined) return;
    this.#turn = undefined;
    if (this.#database.isOpen && this.#database.isTransaction) this.#commit.run();
  }
}
