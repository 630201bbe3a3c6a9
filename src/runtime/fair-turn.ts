/**
 * Writes that arrive together take up to a millisecond each before they wait for the store. In one turn of the event loop only
 * a few of them are begun, so that others are answered in between.
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
