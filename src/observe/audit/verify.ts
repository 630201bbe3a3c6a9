/** Verifies the audit trail: every chain, through the segments in the store and the log files of this machine. */
import { CEILING, FLOOR } from '../../search/query.js';
import { verifyChain, START } from './chain.js';
import { followed, type FollowedChain, type Part } from './follow-chain.js';
import { parseLine } from './entry.js';
import { listLogs, readLog, type FoundLog, type Run } from './log-folder.js';
import { beginningOf } from './retention.js';
import { linesOf, type SegmentInfo } from './segment.js';
import { storedSegments } from './stored-segments.js';
import type { Storing } from './storing.js';
import { readWrites } from './writes.js';

export interface Verification {
  chains: number;
  segments: number;
  files: number;
  entries: number;
  /** What is not as it was written, in words: the first broken line of a segment or file, and what is missing. */
  problems: string[];
}

type Verifying = Pick<Storing, 'folder' | 'records' | 'now'>;

/** Entries of writes that are in no chain yet: they stay so for a minute at most. */
const MANY_WRITES = 10_000;

export async function verifyTrail(parts: Verifying): Promise<Verification> {
  const result: Verification = { chains: 0, segments: 0, files: 0, entries: 0, problems: [] };
  const chains = new Map<string, FollowedChain>();
  const chainOf = async (name: string): Promise<FollowedChain> => {
    const chain = chains.get(name) ?? followed(await beginningOf(parts, name));
    chains.set(name, chain);
    return chain;
  };
  // Files first: one that is stored meanwhile is in the store then.
  const files = await readFiles(parts, result);
  const all = { keys: [], from: FLOOR, to: CEILING, descending: false };
  for await (const info of storedSegments(parts.records, all, parts.now())) {
    result.segments++;
    result.entries += info.count;
    await verifySegment(parts, info, result);
    (await chainOf(info.chain)).add({ ...info, name: `segment ${info.id}` }, result.problems);
  }
  for (const file of files.toSorted((a, b) => a.line - b.line)) {
    await verifyFile(file, await chainOf(file.chain), result);
  }
  for (const chain of chains.values()) chain.end(result.problems);
  result.chains = chains.size;
  result.entries += await countWrites(parts, result);
  return result;
}

type ReadFile = Part & { run: Run };

async function readFiles(parts: Verifying, result: Verification): Promise<ReadFile[]> {
  const read: ReadFile[] = [];
  for (const log of await listLogs(parts.folder)) {
    result.files++;
    try {
      const run = await readLog(parts.folder, log);
      if (run && run.lines.length > 0) read.push(partOf(log, run));
    } catch (error) {
      result.problems.push(unreadable(`file ${log.name}`, error));
    }
  }
  return read;
}

function partOf({ name, chain, line }: FoundLog, run: Run): ReadFile {
  const end = run.lines.at(-1)!.slice(0, START.length);
  return { name: `file ${name}`, chain, line, count: run.lines.length, start: run.start, end, run };
}

async function verifySegment(parts: Verifying, info: SegmentInfo, { problems }: Verification): Promise<void> {
  const name = `segment ${info.id}`;
  try {
    const lines = await linesOf(parts.records, info, parts.now());
    if (lines) verifyLines({ ...info, name }, lines, problems);
  } catch (error) {
    problems.push(unreadable(name, error));
  }
}

/** A file that is stored already, and not yet removed, is counted once. */
async function verifyFile(file: ReadFile, chain: FollowedChain, result: Verification): Promise<void> {
  verifyLines(file, file.run.lines, result.problems);
  if (chain.has(file.line)) return;
  result.entries += file.count;
  chain.add(file, result.problems);
}

function verifyLines(part: Pick<Part, 'name' | 'start' | 'end'>, lines: readonly string[], problems: string[]): void {
  const { brokenAt, link } = verifyChain(lines, part.start);
  if (brokenAt !== undefined) problems.push(`${part.name}: line ${brokenAt} is not as it was written`);
  else if (link !== part.end) problems.push(`${part.name}: its last lines are not as they were written`);
  else if (!lines.every(isEntry)) problems.push(`${part.name}: it holds a line that is no entry`);
}

function isEntry(line: string): boolean {
  try {
    parseLine(line);
    return true;
  } catch {
    return false;
  }
}

const unreadable = (name: string, error: unknown): string =>
  `${name} cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`;

async function countWrites({ records }: Verifying, { problems }: Verification): Promise<number> {
  const report = (_error: unknown, id: string): number => problems.push(`the record ${id} of a write cannot be read`);
  return (await readWrites({ records, report }, MANY_WRITES)).entries.length;
}
