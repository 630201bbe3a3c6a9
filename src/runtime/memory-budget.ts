/** A memory budget for large bodies: a request waits until its bytes fit into the budget. */

export interface MemoryBudget {
  /** Resolves once the bytes are free, with the function that returns them; with undefined if that takes too long. */
  take(bytes: number): Promise<(() => void) | undefined>;
}

/**
 * @param capacity bytes; no request may ask for more
 * @param patience milliseconds that a request waits
 */
export function createMemoryBudget(capacity: number, patience: number): MemoryBudget {
  let free = capacity;
  const queue: { bytes: number; enter: () => void }[] = [];

  function letIn(): void {
    for (let first = queue[0]; first && first.bytes <= free; first = queue[0]) {
      queue.shift();
      free -= first.bytes;
      first.enter();
    }
  }

  return {
    take(bytes) {
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
      const leave = () => {
        free += bytes;
        letIn();
      };
      const waiting = {
        bytes,
        enter: () => {
          clearTimeout(timer);
          resolve(leave);
        },
      };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        resolve(undefined);
        letIn();
      }, patience);
      queue.push(waiting);
      letIn();
      return promise;
    },
  };
}
