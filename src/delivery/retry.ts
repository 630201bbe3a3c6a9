/** Delay before another try: doubling, with jitter, so that entries that failed together do not return together. */
import type { Random } from '../fhir/clock.js';

/** Milliseconds. */
const FIRST = 5_000;
const LONGEST = 3_600_000;

/** Milliseconds after the `attempt`-th failure (from 1): between half and all of 5 s, 10 s, 20 s, … 1 h. */
export function retryDelay(attempt: number, random: Random): number {
  const full = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  const [high = 0, low = 0] = random.bytes(2);
  return Math.round(full / 2 + (full / 2) * ((high * 256 + low) / 65_536));
}
