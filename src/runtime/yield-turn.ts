/** Lets others be answered amid a long Bundle: a store that answers at once would have all its entries run in one turn. */
import { setImmediate } from 'node:timers/promises';

/** Entries that are worked on before the event loop turns: some milliseconds. */
const SLICE = 16;

/** @param index of the entry about to be worked on */
export function yieldTurn(index: number): Promise<void> | undefined {
  return index % SLICE === SLICE - 1 ? setImmediate() : undefined;
}
