/**
 * One process's audit log: a file of JSON lines that is only ever appended to. What is appended within one turn of the
 * event loop goes out in few writes.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '../fhir/instant.js';
import { lineOf, nextLink, START } from './audit-chain.js';

export interface AuditFile {
  /** Resolves once the entry (JSON text) is written; rejects where it cannot be. */
  append(entry: string): Promise<void>;
  close(): void;
}

interface Open {
  readonly descriptor: number;
  chain: string;
  /** Bytes. */
  size: number;
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
const MAX_GROUP = 4;

/** Bytes after which a new file is begun. */
const MAX_FILE = 64 * 1024 * 1024;

/** Milliseconds after which a new file is begun. */
const MAX_AGE = 10 * 60_000;
/** Milliseconds from a file's beginning on which nobody appends to it any more, however long a process was held up. */
const AT_REST = 60 * 60_000;

/**
 * @param ending is what makes the name one that no other process has used
 * @param now milliseconds since the epoch
 */
export function openAuditFile(folder: string, ending: () => string, now: () => number): AuditFile {
  let open: Open | undefined;
  let group: Group | undefined;

  function begin(): Open {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const begun = now();
    const name = `${instant(begun).replaceAll(':', '')}-${ending()}.jsonl`;
    return { descriptor: openSync(join(folder, name), 'ax', 0o600), chain: START, size: 0, begun };
  }

  function end(): void {
    if (open) closeSync(open.descriptor);
    open = undefined;
  }

  function flush({ entries, written }: Group): void {
    group = undefined;
    try {
      if (open && Math.abs(now() - open.begun) >= MAX_AGE) end();
      open ??= begin();
      write(open, entries);
      if (open.size > MAX_FILE) end();
      written.resolve();
    } catch (error) {
      // What a failed write left behind ends that chain; the next entry begins a new one.
      end();
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
    close() {
      if (group) flush(group);
      end();
    },
  };
}

/** Whether nobody appends any more to the file of this name. */
export function isAtRest(name: string, now: number): boolean {
  const [, day, hour, minute, second] = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d\.\d{3}Z)-/.exec(name) ?? [];
  return now - Date.parse(`${day}${hour}:${minute}:${second}`) >= AT_REST;
}

function write(open: Open, entries: readonly string[]): void {
  let { chain } = open;
  let text = '';
  for (const entry of entries) {
    chain = nextLink(chain, entry);
    text += `${lineOf(chain, entry)}\n`;
  }
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(open.descriptor, bytes, at);
  open.chain = chain;
  open.size += bytes.length;
}
