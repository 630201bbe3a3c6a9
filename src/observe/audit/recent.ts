/**
 * What is in no segment yet: log files of this machine's processes, and the audit of the latest writes. It is read before
 * the segments, so that an entry that is stored meanwhile is in one of the two.
 */
import { parseLine, type LoggedEntry } from './entry.js';
import { listLogs, readLog, type FoundLog } from './log-folder.js';
import type { Storing } from './storing.js';
import { readWrites } from './writes.js';

export interface Recent {
  readonly entries: readonly LoggedEntry[];
  /** Some could not be read, and are reported. */
  readonly incomplete: boolean;
}

export interface RecentParts extends Storing {
  /** Moves the audit of writes into segments while there is much of it. */
  storeWrites(): Promise<unknown>;
}

/** Entries of writes that are read one by one; where there are more, they are moved into segments first. */
const FEW = 500;
/** What may have come in meanwhile. */
const MANY = 10_000;

export async function readRecent(parts: RecentParts): Promise<Recent> {
  const logs = await listLogs(parts.folder);
  const read = [await recentWrites(parts)];
  for (const log of logs) read.push(await readEntries(parts, log));
  return { entries: read.flatMap(({ entries }) => entries), incomplete: read.some(({ incomplete }) => incomplete) };
}

async function recentWrites(parts: RecentParts): Promise<Recent> {
  const few = await readWrites(parts, FEW);
  if (few.entries.length < FEW) return few;
  await parts.storeWrites();
  return readWrites(parts, MANY);
}

async function readEntries(parts: Storing, log: FoundLog): Promise<Recent> {
  try {
    const run = await readLog(parts.folder, log);
    return { entries: (run?.lines ?? []).map(parseLine), incomplete: false };
  } catch (error) {
    parts.report(error, log.name);
    return { entries: [], incomplete: true };
  }
}
