/** Delay before another try: doubling, with jitter, so that entries that failed together do not return together. */
import type { Random } from '../fhir/clock.js';

/** Milliseconds. */
const FIRST = 5_000;
const LONGEST = 3_600_000;
/** The longest delay while a channel cannot be reached: so soon after it is back all is sent. */
export const UNREACHABLE_LONGEST = 600_000;

/** Milliseconds after the `attempt`-th failure (from 1): between half and all of 5 s, 10 s, 20 s, … `longest` (1 h). */
export function retryDelay(attempt: number, random: Random, longest = LONGEST): number {
  const full = Math.min(longest, FIRST * 2 ** (attempt - 1));
  const [high = 0, low = 0] = random.bytes(2);
  return Math.round(full / 2 + (full / 2) * ((high * 256 + low) / 65_536));
}
