/** Lets other requests run during a long Bundle: with a store that answers at once, all entries would run in one turn. */
import { setImmediate } from 'node:timers/promises';

/** Entries processed in one turn of the event loop: some milliseconds. */
const SLICE = 16;

/** @param index of the entry to process next */
export function yieldTurn(index: number): Promise<void> | undefined {
  return index % SLICE === SLICE - 1 ? setImmediate() : undefined;
}
