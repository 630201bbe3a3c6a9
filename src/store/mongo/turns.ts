/** Commits of one process that compete for locks take turns, instead of finding out at the server that all but one lose. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The longest wait for a turn, in milliseconds. Turns are a courtesy, it is the locks that keep commits apart; where the
 * server is gone nobody shall wait for the failures of all before.
 */
const COURTESY = 10_000;

export class Turns {
  private readonly last = new Map<string, Promise<undefined>>();

  /** Runs the work after that of earlier callers with a name in common. */
  async after<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = names.flatMap(name => this.last.get(name) ?? []);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    for (const name of names) this.last.set(name, promise);
    try {
      if (before.length > 0) await Promise.race([Promise.all(before), pause(COURTESY, undefined, { ref: false })]);
      return await work();
    } finally {
      resolve(undefined);
      for (const name of names) if (this.last.get(name) === promise) this.last.delete(name);
    }
  }
}
