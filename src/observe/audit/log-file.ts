/**
 * One process's audit log: files of lines that are only ever appended to, one chain through all of them. What is appended
 * within one turn of the event loop goes out in few writes. A file that is full or old is closed: renamed, never written
 * to again.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextLink, START } from './chain.js';
import { lineOf } from './entry.js';
import { closedName, openName } from './log-folder.js';

export interface LogFile {
  /** Resolves once the entry (its text) is written; rejects where it cannot be. */
  append(entry: string): Promise<void>;
  /** Closes the file under way where it is old. */
  rotate(): void;
  /** Rejects where the folder takes no further bytes. */
  probe(): Promise<void>;
  close(): void;
}

interface Chain {
  readonly name: string;
  /** Lines so far, in all its files. */
  lines: number;
  link: string;
}

interface Open {
  readonly descriptor: number;
  readonly name: string;
  readonly chain: Chain;
  lines: number;
  /** Milliseconds since the epoch. */
  readonly begun: number;
}

interface Group {
  readonly entries: string[];
  readonly written: PromiseWithResolvers<void>;
}

/**
 * Entries of one write at most. Answers wait for it: if all of a turn waited together, callers would get theirs at once and
 * leave the server idle while they read them.
 */
const MAX_GROUP = 8;

/** Lines after which a file is closed: what is read, checked and compressed in one piece. */
const MAX_LINES = 2000;

/** Milliseconds after which a file is closed: so long other machines wait to see it. */
export const MAX_AGE = 60_000;

/**
 * @param chainName a name that no other chain has
 * @param now milliseconds since the epoch
 */
export function openLogFile(folder: string, chainName: () => string, now: () => number): LogFile {
  let chain: Chain | undefined;
  let open: Open | undefined;
  let group: Group | undefined;

  function begin(): Open {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chain ??= { name: chainName(), lines: 0, link: START };
    const begun = now();
    const name = openName({ chain: chain.name, line: chain.lines, begun });
    return { descriptor: openSync(join(folder, name), 'ax', 0o600), name, chain, lines: 0, begun };
  }

  function end(): void {
    if (!open) return;
    const { descriptor, name } = open;
    open = undefined;
    closeSync(descriptor);
    try {
      renameSync(join(folder, name), join(folder, closedName(name)));
    } catch {
      // Another process stored it while this one was held up; or the file is stored under its old name, only later.
    }
  }

  /** A file without a whole line holds nothing that was acknowledged: a full disk must not fill with such. */
  function discard({ descriptor, name }: Open): void {
    open = undefined;
    closeSync(descriptor);
    rmSync(join(folder, name), { force: true });
  }

  /** What a failed write leaves in the file ends that chain; the next entry begins a new one. */
  function abandon(): void {
    chain = undefined;
    if (open?.lines === 0) discard(open);
    else end();
  }

  const isOld = (): boolean => open !== undefined && Math.abs(now() - open.begun) >= MAX_AGE;

  function flush({ entries, written }: Group): void {
    group = undefined;
    try {
      if (isOld()) end();
      open ??= begin();
      write(open, entries);
      if (open.lines >= MAX_LINES) end();
      written.resolve();
    } catch (error) {
      abandon();
      written.reject(error);
    }
  }

  return {
    append(entry) {
      if (!group) {
        const begun: Group = { entries: [], written: Promise.withResolvers() };
        group = begun;
        setImmediate(() => {
          if (group === begun) flush(begun);
        });
      }
      const { entries, written } = group;
      entries.push(entry);
      if (entries.length === MAX_GROUP) flush(group);
      return written.promise;
    },
    rotate() {
      if (isOld()) end();
    },
    probe: () => writeProbe(folder),
    close() {
      if (group) flush(group);
      end();
    },
  };
}

/** Bytes of a probe: more than a file system keeps beside the name of a file. */
const PROBE_BYTES = 8192;

/** Writes a file into the folder and takes it away; its name is that of no log. */
async function writeProbe(folder: string): Promise<void> {
  const path = join(folder, `probe-${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, Buffer.alloc(PROBE_BYTES), { mode: 0o600, flush: true });
  } finally {
    await rm(path, { force: true });
  }
}

/** A file begins with the link that its first line follows. */
function write(open: Open, entries: readonly string[]): void {
  const { chain } = open;
  let { link } = chain;
  let text = open.lines === 0 ? `${link}\n` : '';
  for (const entry of entries) {
    link = nextLink(link, entry);
    text += `${lineOf(link, entry)}\n`;
  }
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(open.descriptor, bytes, at);
  chain.link = link;
  chain.lines += entries.length;
  open.lines += entries.length;
}
