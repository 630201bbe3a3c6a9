/** Lets other requests run during a long Bundle: with a store that answers at once, all entries would run in one turn. */
import { setImmediate } from 'node:timers/promises';

/** Entries processed in one turn of the event loop: some milliseconds. */
const SLICE = 16;

/** @param index of the entry to process next */
export function yieldTurn(index: number): Promise<void> | undefined {
  return index % SLICE === SLICE - 1 ? setImmediate() : undefined;
}

/** Milliseconds that one piece of work may hold the event loop. */
const BREATH = 10;

/** A function to await between the parts of a long piece of work: it lets others run where the last turn took long enough. */
export function createBreather(): () => Promise<void> {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < BREATH) return;
    await setImmediate();
    begun = performance.now();
  };
}
