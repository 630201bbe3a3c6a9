/**
 * Whether a server has left a file without closing it. Each process that serves it leaves a mark beside it, named by its
 * process id, and takes it away as it stops. A mark of a process that is not there tells of a crash.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Integrity } from './integrity.js';

export interface CrashMark {
  /** A process before this one has not closed the file. */
  readonly crashed: boolean;
  /** Checks the file on a thread of its own. Rejects where no thread can be had. */
  check(): Promise<Integrity>;
  /** The file is closed: takes the mark away, and ends a check under way. */
  remove(): void;
}

export function markServed(path: string): CrashMark {
  const folder = dirname(path);
  const begins = `${basename(path)}-served-by-`;
  const left = readdirSync(folder).filter(name => name.startsWith(begins) && !isOther(name.slice(begins.length)));
  for (const name of left) rmSync(join(folder, name), { force: true });
  const own = join(folder, `${begins}${process.pid}`);
  writeFileSync(own, '', { mode: 0o600 });
  let worker: Worker | undefined;
  return {
    crashed: left.length > 0,
    check: () =>
      new Promise((resolve, reject) => {
        worker = new Worker(new URL('./integrity-thread.js', import.meta.url), { workerData: { path } });
        worker.unref();
        worker.on('message', resolve);
        worker.on('error', reject);
      }),
    remove() {
      void worker?.terminate();
      rmSync(own, { force: true });
    },
  };
}

/** Whether another process that runs has this id: in a container a new one often has that of the one before. */
function isOther(text: string): boolean {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id <= 0 || id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
