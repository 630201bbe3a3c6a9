/** The folder of audit logs: those of this process, and what other processes, living or dead, have written there. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  const text =
    (await readFile(join(folder, name), 'utf8').catch(unlessGone)) ??
    (await readFile(join(folder, closedName(name)), 'utf8').catch(unlessGone));
  if (text === undefined) return undefined;
  const [start = '', ...lines] = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return { chain, line, start, lines };
}

export const removeLog = (folder: string, { name }: FoundLog): Promise<void> => rm(join(folder, name), { force: true });

/** A folder or file that is not there holds nothing; neither does what stands in the folder's place. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
