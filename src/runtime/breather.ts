/** Lets other requests run during long work: with a store that answers at once, all of it would be done in one turn. */
import { setImmediate } from 'node:timers/promises';

/** Entries of a Bundle that are processed in one turn of the event loop. */
export const IN_ONE_TURN = 16;

/** Milliseconds that one piece of work may hold the event loop. */
const BREATH = 10;

/**
 * A function to await between the parts of a long piece of work: it lets others run where the last turn took long enough.
 * @param most parts in one turn, however short
 */
export function createBreather(most = Infinity): () => Promise<void> {
  let begun = performance.now();
  let parts = 0;
  return async () => {
    if (++parts < most && performance.now() - begun < BREATH) return;
    await setImmediate();
    begun = performance.now();
    parts = 0;
  };
}
