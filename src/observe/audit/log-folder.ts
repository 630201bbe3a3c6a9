/** The folder of audit logs: those of this process, and what other processes, living or dead, have written there. */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { stamp } from './entry.js';

/** What the name of a file says. */
interface LogName {
  readonly chain: string;
  /** Lines of the chain in the files before this one. */
  readonly line: number;
  /** Milliseconds since the epoch. */
  readonly begun: number;
}

export interface FoundLog extends LogName {
  readonly name: string;
  readonly closed: boolean;
}

/** Lines of a chain that follow one another. */
export interface Run {
  readonly chain: string;
  /** Lines of the chain before the first. */
  readonly line: number;
  /** The link before the first. */
  readonly start: string;
  readonly lines: readonly string[];
}

const NAME = /^(.+)\.(\d+)\.([0-9a-z]{9})\.(open|log)$/;

/**
 * Milliseconds from a file's beginning after which nobody appends to it any more: its process looks at its age before each
 * write, however long it was held up.
 */
const AT_REST = 10 * 60_000;

export const openName = ({ chain, line, begun }: LogName): string => `${chain}.${line}.${stamp(begun)}.open`;
export const closedName = (name: string): string => name.replace(/\.open$/, '.log');

export async function listLogs(folder: string): Promise<FoundLog[]> {
  const names = await readdir(folder).catch(unlessGone);
  return (names ?? []).flatMap(name => {
    const [, chain, line, begun, state] = NAME.exec(name) ?? [];
    if (chain === undefined || line === undefined || begun === undefined) return [];
    return [{ name, chain, line: Number(line), begun: parseInt(begun, 36), closed: state === 'log' }];
  });
}

/** Whether nobody appends to the file any more. */
export const isFinal = ({ closed, begun }: FoundLog, now: number): boolean => closed || now - begun >= AT_REST;

/** The whole lines of a file; undefined where another process has stored and removed it. */
export async function readLog(folder: string, { name, chain, line }: FoundLog): Promise<Run | undefined> {
  const whole = (await wholeLines(join(folder, name))) ?? (await wholeLines(join(folder, closedName(name))));
  if (whole === undefined) return undefined;
  const [start = '', ...lines] = whole;
  return { chain, line, start, lines };
}

/** Bytes read at a time: a text of all of them would be a large object, which V8 frees late. */
const PIECE = 64 * 1024;

async function wholeLines(path: string): Promise<string[] | undefined> {
  const file = await open(path).catch(unlessGone);
  if (!file) return undefined;
  try {
    const [buffer, decoder] = [Buffer.allocUnsafeSlow(PIECE), new StringDecoder('utf8')];
    const lines: string[] = [];
    let rest = '';
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE);
      if (bytesRead === 0) return lines;
      const split = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      rest = split.pop()!;
      for (const line of split) lines.push(line);
    }
  } finally {
    await file.close();
  }
}

export const removeLog = (folder: string, { name }: FoundLog): Promise<void> => rm(join(folder, name), { force: true });

/** A folder or file that is not there holds nothing; neither does what stands in the folder's place. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
