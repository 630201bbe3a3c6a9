/**
 * A memory budget for what is large: requests take of it as much as they hold, while it arrives, so that slow ones take
 * little. Each caller has a share of it.
 */

export interface Reservation {
  /** Resolves with true once so many more bytes are free; with false if that takes too long. */
  grow(bytes: number): Promise<boolean>;
  /** Returns all of it; a waiting `grow` resolves with false. */
  release(): void;
}

export interface MemoryBudget {
  reserve(caller: string): Reservation;
}

interface Held {
  readonly caller: string;
  bytes: number;
  wanted?: { bytes: number; answer: (granted: boolean) => void };
}

/**
 * @param capacity bytes
 * @param share bytes that one caller may hold
 * @param patience milliseconds that a request waits
 */
export function createMemoryBudget(capacity: number, share: number, patience: number): MemoryBudget {
  /** In the order in which they came to wait; those that wait for nothing hold their place. */
  const all = new Set<Held>();

  function enter(one: Held): void {
    const { wanted } = one;
    if (!wanted) return;
    delete one.wanted;
    one.bytes += wanted.bytes;
    wanted.answer(true);
  }

  /** In the order of arrival; a caller that holds its share lets the others pass. */
  function letIn(): void {
    const byCaller = Map.groupBy(all, ({ caller }) => caller);
    const held = new Map([...byCaller].map(([caller, own]) => [caller, sum(own)]));
    let free = capacity - sum(all);
    for (const one of all) {
      const bytes = one.wanted?.bytes ?? 0;
      const own = bytes + held.get(one.caller)!;
      if (bytes === 0 || own > share) continue;
      if (bytes > free) break;
      free -= bytes;
      held.set(one.caller, own);
      enter(one);
    }
    if (unlocked(all, Infinity)) return;
    for (const own of byCaller.values()) if (unlocked(own, free)) return;
  }

  /** Where all that hold bytes wait for more, none would ever end: the first of them goes on beyond the bound. */
  function unlocked(some: Iterable<Held>, free: number): boolean {
    const holding = [...some].filter(({ bytes }) => bytes > 0);
    const [first] = holding;
    if (!first?.wanted || first.wanted.bytes > free || !holding.every(({ wanted }) => wanted)) return false;
    enter(first);
    return true;
  }

  function wait(one: Held, bytes: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => one.wanted?.answer(false), patience);
    one.wanted = {
      bytes,
      answer(granted) {
        clearTimeout(timer);
        delete one.wanted;
        resolve(granted);
        if (!granted) letIn();
      },
    };
    letIn();
    return promise;
  }

  return {
    reserve(caller) {
      const held: Held = { caller, bytes: 0 };
      all.add(held);
      return {
        grow: bytes => wait(held, bytes),
        release() {
          all.delete(held);
          held.wanted?.answer(false);
          letIn();
        },
      };
    },
  };
}

const sum = (some: Iterable<Held>): number => Iterator.from(some).reduce((total, { bytes }) => total + bytes, 0);
