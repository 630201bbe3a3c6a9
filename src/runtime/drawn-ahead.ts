/** Random bytes out of a block that is drawn ahead: a draw costs the same for twelve bytes as for thousands. */
import { randomBytes } from 'node:crypto';

/**
 * @param block bytes drawn at once
 * @returns a function that gives so many bytes, each of them once
 */
export function drawnAhead(block: number): (count: number) => Uint8Array {
  let drawn = randomBytes(block);
  let used = 0;
  return count => {
    if (count > block) return randomBytes(count);
    if (used + count > block) {
      drawn = randomBytes(block);
      used = 0;
    }
    const start = used;
    used += count;
    return new Uint8Array(drawn.subarray(start, used));
  };
}
