/** Reader threads for what the main thread has no time for. They start when they are first needed. */
import { Fault } from '../../fhir/fault.js';
import { monotonic } from './connection.js';
import type { Answer, ReadQuery } from './queries.js';
import type { TimedQuery } from './reader-thread.js';
import { tooLate } from './storage-fault.js';
import { Thread } from './thread.js';

/** The first serves quick queries alone, so that slow ones, on however many threads, do not hold those up. */
const THREADS = 3;
/** A query that takes longer is slow: it begins anew among its like. */
const QUICK_MILLISECONDS = 500;
/** A thread that has not noticed its deadline by then is ended. */
const GRACE_MILLISECONDS = 250;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

type Reader = Thread<TimedQuery>;

interface Waiting {
  slow: boolean;
  take: (thread: Reader) => void;
  reject: (error: unknown) => void;
}

/** Each thread has one query at a time, the others wait here: a thread that is ended takes no other query with it. */
export class Readers {
  private readonly threads: readonly Reader[];
  private readonly quick: Reader;
  private readonly idle: Set<Reader>;
  private readonly waiting = new Set<Waiting>();
  private closed: Error | undefined;

  /** @param cuts shared with the writer, who raises it to have all of them begin anew */
  constructor(path: string, cuts: Int32Array) {
    const file = new URL('./reader-thread.js', import.meta.url);
    this.threads = Array.from({ length: THREADS }, () => new Thread<TimedQuery>(file, { path, cuts }));
    this.quick = this.threads[0]!;
    this.idle = new Set(this.threads);
  }

  /** Answers on a thread of its own. Fault `timeout` after so many milliseconds, of which waiting is a part. */
  async answer<Q extends ReadQuery>(query: Q, milliseconds: number): Promise<Answer<Q>> {
    const until = monotonic() + milliseconds;
    try {
      return await this.run(query, Math.min(until, monotonic() + QUICK_MILLISECONDS), until, false);
    } catch (error) {
      const tooSlow = error instanceof Fault && error.kind === 'timeout' && monotonic() < until;
      if (!tooSlow) throw error;
      return await this.run(query, until, until, true);
    }
  }

  /** Ends the threads amid whatever they do. */
  close(error: Error): void {
    this.closed = error;
    for (const { reject } of this.waiting) reject(error);
    this.waiting.clear();
    for (const thread of this.threads) thread.abandon(error);
  }

  private async run<Q extends ReadQuery>(query: Q, slice: number, until: number, slow: boolean): Promise<Answer<Q>> {
    const asked = monotonic();
    const thread = await this.take(slow, until);
    const ends = Math.min(until, slice + monotonic() - asked);
    const late = afterwards(ends + GRACE_MILLISECONDS, () => thread.abandon(tooLate()));
    try {
      return (await thread.ask({ query, until: ends })) as Answer<Q>;
    } finally {
      clearTimeout(late);
      this.give(thread);
    }
  }

  /** A thread that has nothing else to do, once there is one. */
  private take(slow: boolean, until: number): Promise<Reader> {
    if (this.closed) return Promise.reject(this.closed);
    const free = [...this.idle].find(thread => !slow || thread !== this.quick);
    if (free) {
      this.idle.delete(free);
      return Promise.resolve(free);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Reader>();
    const waiting = { slow, take: resolve, reject };
    this.waiting.add(waiting);
    const late = afterwards(until, () => {
      this.waiting.delete(waiting);
      reject(tooLate());
    });
    return promise.finally(() => clearTimeout(late));
  }

  /** Passes a thread on: to the quick query that has waited longest, or first to a slow one. */
  private give(thread: Reader): void {
    const waiting = [...this.waiting];
    const slow = thread === this.quick ? undefined : waiting.find(each => each.slow);
    const next = slow ?? waiting.find(each => !each.slow);
    if (!next) {
      this.idle.add(thread);
      return;
    }
    this.waiting.delete(next);
    next.take(thread);
  }
}

/** Calls back at an instant of `monotonic`. */
const afterwards = (at: number, call: () => void): NodeJS.Timeout =>
  setTimeout(call, Math.min(Math.max(0, at - monotonic()), LONGEST_TIMEOUT));
