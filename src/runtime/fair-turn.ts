/**
 * Each write takes up to a millisecond of computing before it waits for the store. Of writes that arrive together, one turn of
 * the event loop begins only a few, so that other requests are answered in between.
 */
const IN_ONE_TURN = 4;

const waiting: (() => void)[] = [];
let begun = 0;

/** Resolves when it is the caller's turn; first come, first served. */
export async function fairTurn(): Promise<void> {
  if (begun === 0) setImmediate(next);
  if (begun++ >= IN_ONE_TURN) await new Promise<void>(resolve => waiting.push(resolve));
}

function next(): void {
  const batch = waiting.splice(0, IN_ONE_TURN);
  begun = batch.length;
  if (begun > 0) setImmediate(next);
  for (const resolve of batch) resolve();
}
