/** Reader threads for what the main thread has no time for. They start when they are first needed. */
import { monotonic } from './connection.js';
import type { Answer, ReadQuery } from './queries.js';
import type { TimedQuery } from './reader-thread.js';
import { tooLate } from './storage-fault.js';
import { Thread } from './thread.js';

/** Two, so that one slow search does not hold up the others. */
const THREADS = 2;
/** A thread that has not noticed its deadline by then is ended. */
const GRACE_MILLISECONDS = 250;

export class Readers {
  private readonly threads: readonly Thread<TimedQuery>[];

  /** @param cuts shared with the writer, who raises it to have all of them begin anew */
  constructor(path: string, cuts: Int32Array) {
    const file = new URL('./reader-thread.js', import.meta.url);
    this.threads = Array.from({ length: THREADS }, () => new Thread<TimedQuery>(file, { path, cuts }));
  }

  /** Answers on the thread with the least to do. Fault `timeout` after so many milliseconds. */
  async answer<Q extends ReadQuery>(query: Q, milliseconds: number): Promise<Answer<Q>> {
    const thread = this.threads.reduce((best, other) => (other.load < best.load ? other : best));
    const late = setTimeout(() => thread.abandon(tooLate()), Math.min(milliseconds + GRACE_MILLISECONDS, 2 ** 31 - 1));
    try {
      return (await thread.ask({ query, until: monotonic() + milliseconds })) as Answer<Q>;
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends the threads amid whatever they do. */
  close(error: unknown): void {
    for (const thread of this.threads) thread.abandon(error);
  }
}
