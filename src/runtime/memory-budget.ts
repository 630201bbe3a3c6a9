/** A memory budget for large bodies: a request waits until its bytes fit into the budget, and into its caller's share. */

export interface MemoryBudget {
  /** Resolves once the bytes are free, with the function that returns them; with undefined if that takes too long. */
  take(bytes: number, caller: string): Promise<(() => void) | undefined>;
}

interface Waiting {
  bytes: number;
  caller: string;
  enter: () => void;
}

/**
 * @param capacity bytes; no request may ask for more than `share`
 * @param share bytes that one caller may hold
 * @param patience milliseconds that a request waits
 */
export function createMemoryBudget(capacity: number, share: number, patience: number): MemoryBudget {
  let free = capacity;
  const held = new Map<string, number>();
  let queue: Waiting[] = [];

  function hold(caller: string, bytes: number): void {
    free -= bytes;
    const now = (held.get(caller) ?? 0) + bytes;
    if (now > 0) held.set(caller, now);
    else held.delete(caller);
  }

  /** In the order of arrival; a caller that holds its share lets the others pass. */
  function letIn(): void {
    const waiting: Waiting[] = [];
    let full = false;
    for (const one of queue) {
      const shareLeft = share - (held.get(one.caller) ?? 0);
      full ||= one.bytes > free && one.bytes <= shareLeft;
      if (full || one.bytes > shareLeft) waiting.push(one);
      else {
        hold(one.caller, one.bytes);
        one.enter();
      }
    }
    queue = waiting;
  }

  return {
    take(bytes, caller) {
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
      const leave = () => {
        hold(caller, -bytes);
        letIn();
      };
      const enter = () => {
        clearTimeout(timer);
        resolve(leave);
      };
      const waiting: Waiting = { bytes, caller, enter };
      const timer = setTimeout(() => {
        queue = queue.filter(one => one !== waiting);
        resolve(undefined);
        letIn();
      }, patience);
      queue.push(waiting);
      letIn();
      return promise;
    },
  };
}
