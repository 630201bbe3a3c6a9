/**
 * The hash chain of an audit log: each line holds the SHA-256 of the line before it and of its own entry, so that no line
 * can be changed, moved or taken out of the middle without all behind it failing.
 */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Where a chain begins. */
export const START = '0'.repeat(64);

export const nextLink = (previous: string, entry: string): string => hash('sha256', previous + entry, 'hex');

/** One line of the log, without its line feed. */
export const lineOf = (chain: string, entry: string): string => `{"chain":"${chain}","entry":${entry}}`;

const LINE = /^\{"chain":"([0-9a-f]{64})","entry":(.*)\}$/;

export interface ChainReport {
  /** Lines that are in order. */
  readonly lines: number;
  /** The last good link; START if there is none. */
  readonly chain: string;
  /** Number of the first line that is not as it was written; absent where all are. */
  readonly brokenAt?: number;
}

/** Reads a log file and checks every line. Lines cut off the end show against the link that sealing has stored. */
export async function verifyChain(file: string): Promise<ChainReport> {
  let chain = START;
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const [, link, entry] = LINE.exec(line) ?? [];
    if (link === undefined || entry === undefined || link !== nextLink(chain, entry)) {
      return { lines, chain, brokenAt: lines + 1 };
    }
    chain = link;
    lines++;
  }
  return { lines, chain };
}
