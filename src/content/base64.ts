/** Content as base64 text, decoded in pieces: no second copy of it is ever in memory. */
import { createHash } from 'node:crypto';
import type { ContentPlace } from './place.js';

/** Base64 characters of a Binary that are kept within the JSON text. */
export const INLINE = 16_384;
export const INLINE_BYTES = (INLINE / 4) * 3;
/** Base64 characters decoded at once: a multiple of four. */
const PIECE = 1024 * 1024;

/** The bytes of a base64 text, piece by piece. White space between its letters means nothing. */
export function* decoded(base64: string): Generator<Buffer> {
  const letters = /\s/.test(base64) ? base64.replace(/\s+/g, '') : base64;
  for (let at = 0; at < letters.length; at += PIECE) yield Buffer.from(letters.slice(at, at + PIECE), 'base64');
}

export async function* decodedLater(base64: string): AsyncGenerator<Buffer> {
  yield* decoded(base64);
}

export function digestOf(base64: string): Pick<ContentPlace, 'size' | 'hash'> {
  const hash = createHash('sha256');
  let size = 0;
  for (const bytes of decoded(base64)) {
    hash.update(bytes);
    size += bytes.length;
  }
  return { size, hash: hash.digest('base64') };
}
