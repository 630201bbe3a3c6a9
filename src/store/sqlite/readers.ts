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

interface Asker {
  readonly slow: boolean;
  readonly caller: string;
}

interface Waiting {
  asker: Asker;
  take: (thread: Reader) => void;
  reject: (error: unknown) => void;
}

/** Each thread has one query at a time, the others wait here: a thread that is ended takes no other query with it. */
export class Readers {
  private readonly threads: readonly Reader[];
  private readonly quick: Reader;
  private readonly idle: Set<Reader>;
  private readonly waiting = new Set<Waiting>();
  private readonly running = new Set<Asker>();
  private closed: Error | undefined;
  private unnamed = 0;

  /** @param cuts shared with the writer, who raises it to have all of them begin anew */
  constructor(path: string, cuts: Int32Array) {
    const file = new URL('./reader-thread.js', import.meta.url);
    this.threads = Array.from({ length: THREADS }, () => new Thread<TimedQuery>(file, { path, cuts }));
    this.quick = this.threads[0]!;
    this.idle = new Set(this.threads);
  }

  /**
   * Answers on a thread of its own. Fault `timeout` after so many milliseconds, of which waiting is a part. Callers take
   * turns: those with fewest queries under way come first.
   */
  async answer<Q extends ReadQuery>(query: Q, milliseconds: number, caller = this.nobody()): Promise<Answer<Q>> {
    const until = monotonic() + milliseconds;
    try {
      return await this.run(query, Math.min(until, monotonic() + QUICK_MILLISECONDS), until, { slow: false, caller });
    } catch (error) {
      const tooSlow = error instanceof Fault && error.kind === 'timeout' && monotonic() < until;
      if (!tooSlow) throw error;
      return await this.run(query, until, until, { slow: true, caller });
    }
  }

  /** Ends the threads amid whatever they do. */
  close(error: Error): void {
    this.closed = error;
    for (const { reject } of this.waiting) reject(error);
    this.waiting.clear();
    for (const thread of this.threads) thread.abandon(error);
  }

  /** Work of the server's own shares nothing. */
  private nobody(): string {
    this.unnamed += 1;
    return `#${this.unnamed}`;
  }

  private async run<Q extends ReadQuery>(query: Q, slice: number, until: number, asker: Asker): Promise<Answer<Q>> {
    const asked = monotonic();
    const thread = await this.take(asker, until);
    const ends = Math.min(until, slice + monotonic() - asked);
    const late = afterwards(ends + GRACE_MILLISECONDS, () => thread.abandon(tooLate()));
    try {
      return (await thread.ask({ query, until: ends })) as Answer<Q>;
    } finally {
      clearTimeout(late);
      this.running.delete(asker);
      this.give(thread);
    }
  }

  /** A thread that has nothing else to do, once there is one. */
  private take(asker: Asker, until: number): Promise<Reader> {
    if (this.closed) return Promise.reject(this.closed);
    const { promise, resolve, reject } = Promise.withResolvers<Reader>();
    const waiting = { asker, take: resolve, reject };
    this.waiting.add(waiting);
    const late = afterwards(until, () => {
      this.waiting.delete(waiting);
      reject(tooLate());
    });
    for (const thread of this.idle) this.serve(thread);
    return promise.finally(() => clearTimeout(late));
  }

  private give(thread: Reader): void {
    this.idle.add(thread);
    for (const one of this.idle) this.serve(one);
  }

  /** Passes an idle thread on: to a slow query, unless it is the quick ones' own, or else to a quick one. */
  private serve(thread: Reader): void {
    const slow = thread === this.quick ? undefined : this.next(true);
    const next = slow ?? this.next(false);
    if (!next) return;
    this.idle.delete(thread);
    this.waiting.delete(next);
    this.running.add(next.asker);
    next.take(thread);
  }

  /** Of those that wait, the first of the caller with the fewest queries under way; slow ones have one at a time each. */
  private next(slow: boolean): Waiting | undefined {
    let best: Waiting | undefined;
    let fewest = Infinity;
    for (const one of this.waiting) {
      if (one.asker.slow !== slow) continue;
      const under = this.underWay(one.asker);
      if (under < fewest && !(slow && under > 0)) [best, fewest] = [one, under];
    }
    return best;
  }

  private underWay({ slow, caller }: Asker): number {
    return Iterator.from(this.running).reduce(
      (sum, one) => (one.slow === slow && one.caller === caller ? sum + 1 : sum),
      0,
    );
  }
}

/** Calls back at an instant of `monotonic`. */
const afterwards = (at: number, call: () => void): NodeJS.Timeout =>
  setTimeout(call, Math.min(Math.max(0, at - monotonic()), LONGEST_TIMEOUT));
