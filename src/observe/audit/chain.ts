/**
 * The hash chain of an audit log: each line holds the SHA-256 of the link before it and of its own entry, so that no line
 * can be changed, moved or taken out of the middle without all that follow it failing.
 */
import { hash } from 'node:crypto';

/** The link before the first line of a chain. */
export const START = '0'.repeat(64);

export const nextLink = (previous: string, entry: string): string => hash('sha256', previous + entry, 'hex');

const LINE = /^([0-9a-f]{64}) (.*)$/s;

export interface ChainReport {
  /** Lines that are in order. */
  readonly lines: number;
  /** The last good link. */
  readonly link: string;
  /** Number of the first line that is not as it was written, counted from 1; absent where all are. */
  readonly brokenAt?: number;
}

/**
 * Checks lines of a log. Lines cut off the end show against the link that their segment, or the next file, is stored with.
 * @param start the link before the first of them
 */
export function verifyChain(lines: readonly string[], start: string): ChainReport {
  let link = start;
  for (const [at, line] of lines.entries()) {
    const [, written, entry] = LINE.exec(line) ?? [];
    if (written === undefined || entry === undefined || written !== nextLink(link, entry)) {
      return { lines: at, link, brokenAt: at + 1 };
    }
    link = written;
  }
  return { lines: lines.length, link };
}
