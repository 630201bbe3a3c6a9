/** Whether content holds a virus, by a scanner that may be down, slow or wrong: what it does not call clean is not clean. */
import { Cache } from '../runtime/cache.js';

/** `unknown`: the scanner gave no answer that counts. */
export type Verdict = { readonly is: 'clean' | 'unknown' } | { readonly is: 'infected'; readonly virus: string };

/** Asks a scanner. Never rejects: what fails is `unknown`. Reads the bytes once, in pieces. */
export type Scanner = (bytes: AsyncIterable<Uint8Array>) => Promise<Verdict>;

export interface Scanned {
  /** SHA-256 of the bytes, in base64. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  readonly bytes: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
}

/** The verdict on content. Rejects where its bytes cannot be read. */
export type VirusScan = (content: Scanned) => Promise<Verdict>;

const CLEAN: Verdict = { is: 'clean' };

/** Contents called clean that are remembered: a write that loses a race runs again, and its content is scanned once. */
const REMEMBERED = 256;

export function createVirusScan(scanner: Scanner): VirusScan {
  const clean = new Cache<true>(REMEMBERED);
  return async ({ hash, size, bytes }) => {
    if (size === 0 || clean.get(hash)) return CLEAN;
    const verdict = await scanner(await bytes());
    if (verdict.is === 'clean') clean.set(hash, true);
    return verdict;
  };
}
