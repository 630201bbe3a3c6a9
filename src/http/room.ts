/** Room for large bodies: those held at once stay within it, and whoever comes while it is full waits for a while. */
import { Fault } from '../fhir/fault.js';

export interface Room {
  /** Resolves with what gives the room back, once there is any for so many bytes. Fault `unavailable` where it takes too long. */
  take(bytes: number): Promise<() => void>;
}

/**
 * @param capacity bytes; no request may ask for more
 * @param patience milliseconds that a request waits
 */
export function createRoom(capacity: number, patience: number): Room {
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
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
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
        reject(full());
        letIn();
      }, patience);
      queue.push(waiting);
      letIn();
      return promise;
    },
  };
}

const full = (): Fault =>
  new Fault('unavailable', 'Too many large requests are under way.', { headers: { 'retry-after': '5' } });
