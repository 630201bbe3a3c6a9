/**
 * The writer thread. All jobs that wait go into one transaction, each behind a savepoint of its own, so that one that
 * lost a race fails alone; they are answered once COMMIT has returned. Checkpoints are made here too, in between.
 * https://www.sqlite.org/wal.html
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { perform } from './apply.js';
import { Connection } from './connection.js';
import type { Job } from './jobs.js';
import { sql } from './sql.js';
import { faultMessage, isUnreachable } from './storage-fault.js';
import type { Reply, Request } from './thread.js';

type WriteRequest = Request<Job>;

const GROUP = 256;
const CACHE_KILOBYTES = 32 * 1024;
/** Pages in the log beyond which a checkpoint is made under load: 32 MB. */
const LOG_PAGES = 8192;
/** How long nothing must have been written until the log is emptied. */
const QUIET_MILLISECONDS = 500;

const port = parentPort!;
const { path } = workerData as { path: string };

let connection: Connection | undefined;
let quiet: NodeJS.Timeout | undefined;
let ending = false;

function open(): Connection {
  const opened = new Connection(path, { readOnly: false, cache: CACHE_KILOBYTES });
  opened.database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  return opened;
}

/** Drops the connection: after an error of the disk nothing it knows can be trusted. The next group opens another. */
function reset(): void {
  const failed = connection;
  connection = undefined;
  try {
    failed?.close();
  } catch {
    // It had already closed itself.
  }
}

function performAlone(open: Connection, { number, body }: WriteRequest): Reply {
  open.run(sql`SAVEPOINT job`);
  try {
    const value = perform(open, body);
    open.run(sql`RELEASE job`);
    return { number, value };
  } catch (error) {
    if (isUnreachable(error) || !open.database.isTransaction) throw error;
    open.run(sql`ROLLBACK TO job`);
    open.run(sql`RELEASE job`);
    return { number, fault: faultMessage(error) };
  }
}

/** One transaction for all of them; where it fails, all fail. */
function performGroup(requests: readonly WriteRequest[]): Reply[] {
  try {
    connection ??= open();
    connection.run(sql`BEGIN IMMEDIATE`);
    const replies = requests.map(request => performAlone(connection!, request));
    connection.run(sql`COMMIT`);
    return replies;
  } catch (error) {
    reset();
    return requests.map(({ number }) => ({ number, fault: faultMessage(error) }));
  }
}

/** Pages of the log that are not in the database file yet. */
function pending(open: Connection): number {
  const [, logged, done] = open.get(sql`PRAGMA wal_checkpoint(NOOP)`) as [number, number, number];
  return logged - done;
}

/** Empties the log, unless a reader still needs it: then it is left for the next quiet moment. */
function truncate(open: Connection): void {
  open.get(sql`PRAGMA busy_timeout = 0`);
  open.get(sql`PRAGMA wal_checkpoint(TRUNCATE)`);
  open.get(sql`PRAGMA busy_timeout = 5000`);
}

function maintain(work: (open: Connection) => void): void {
  try {
    if (connection) work(connection);
  } catch {
    reset();
  }
}

function afterwards(): void {
  maintain(open => {
    if (pending(open) > LOG_PAGES) open.get(sql`PRAGMA wal_checkpoint(PASSIVE)`);
  });
  clearTimeout(quiet);
  quiet = setTimeout(() => maintain(truncate), QUIET_MILLISECONDS);
}

function waiting(first: WriteRequest[]): WriteRequest[] {
  const requests = first;
  while (requests.length < GROUP) {
    const next = receiveMessageOnPort(port);
    if (!next) break;
    const more = next.message as WriteRequest[];
    ending ||= more.length === 0;
    requests.push(...more);
  }
  return requests;
}

function end(): void {
  clearTimeout(quiet);
  reset();
  port.close();
}

/** An empty list of requests asks the thread to end. */
port.on('message', (first: WriteRequest[]) => {
  ending ||= first.length === 0;
  if (first.length > 0) port.postMessage(performGroup(waiting(first)));
  if (ending) end();
  else afterwards();
});
