/**
 * The writer thread. All jobs that wait go into one transaction, each behind a savepoint of its own, so that one that
 * lost a race fails alone; they are answered once COMMIT has returned. Large ones go by themselves, one at a time, so that
 * small ones do not wait for all of them. Checkpoints are made here too, in between.
 * https://www.sqlite.org/wal.html
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { perform } from './apply.js';
import { Connection } from './connection.js';
import type { Job } from './jobs.js';
import { Keys } from './keys.js';
import { sql, type Sql } from './sql.js';
import { faultMessage, isUnreachable } from './storage-fault.js';
import type { Reply, Request } from './thread.js';
import { WriteAheadLog } from './write-ahead-log.js';

type WriteRequest = Request<Job>;

interface Writing {
  connection: Connection;
  keys: Keys;
  log: WriteAheadLog;
}

const GROUP = 256;
/** Writes and criteria of a commit that others need not wait for: some hundredths of a second. */
const LARGE = 50;
const CACHE_KILOBYTES = 32 * 1024;
/** How long nothing must have been written until the log is emptied. */
const QUIET_MILLISECONDS = 500;

const port = parentPort!;
const { path, cuts } = workerData as { path: string; cuts: Int32Array };

let writing: Writing | undefined;
let quiet: NodeJS.Timeout | undefined;
let ending = false;
/** What waits, in the order it came. */
const small: WriteRequest[] = [];
const large: WriteRequest[] = [];

function openWriting(): Writing {
  const connection = new Connection(path, { readOnly: false, cache: CACHE_KILOBYTES });
  // What is deleted is overwritten: redeemed codes stand in no page of the file.
  connection.database.exec('PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON');
  return { connection, keys: new Keys(connection), log: new WriteAheadLog(connection, cuts) };
}

/** Drops the connection: after an error of the disk nothing it knows can be trusted. The next group opens another. */
function reset(): void {
  const failed = writing;
  writing = undefined;
  try {
    failed?.connection.close();
  } catch {
    // It had already closed itself.
  }
}

/** What a job stands between, and what takes it back. */
interface Bounds {
  begin: Sql;
  end: Sql;
  undo: string;
}

const TRANSACTION: Bounds = { begin: sql`BEGIN IMMEDIATE`, end: sql`COMMIT`, undo: 'ROLLBACK' };
const SAVEPOINT: Bounds = {
  begin: sql`SAVEPOINT job`,
  end: sql`RELEASE job`,
  undo: 'ROLLBACK TO job; RELEASE job',
};

function performOne(
  { connection, keys }: Writing,
  { number, body }: WriteRequest,
  { begin, end, undo }: Bounds,
): Reply {
  connection.run(begin);
  let value: unknown;
  try {
    value = perform(connection, keys, body);
  } catch (error) {
    if (isUnreachable(error) || !connection.database.isTransaction) throw error;
    connection.database.exec(undo);
    keys.forget();
    return { number, fault: faultMessage(error) };
  }
  connection.run(end);
  return { number, value };
}

/** One transaction for all of them; where it fails, all fail. One that is alone needs no savepoint, which copies pages. */
function performGroup(requests: readonly WriteRequest[]): Reply[] {
  try {
    const open = (writing ??= openWriting());
    if (requests.length === 1) return [performOne(open, requests[0]!, TRANSACTION)];
    open.connection.run(TRANSACTION.begin);
    const replies = requests.map(request => performOne(open, request, SAVEPOINT));
    open.connection.run(TRANSACTION.end);
    return replies;
  } catch (error) {
    reset();
    return requests.map(({ number }) => ({ number, fault: faultMessage(error) }));
  }
}

function maintain(work: (log: WriteAheadLog) => void): void {
  try {
    if (writing) work(writing.log);
  } catch {
    reset();
  }
}

function take(requests: readonly WriteRequest[]): void {
  ending ||= requests.length === 0;
  for (const request of requests) (isLarge(request.body) ? large : small).push(request);
}

const isLarge = (job: Job): boolean => job.op === 'commit' && job.puts.length + job.criteria.length > LARGE;

/** Takes up what has come meanwhile. */
function takeWaiting(): void {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    take(next.message as WriteRequest[]);
  }
}

/** All small commits that wait, then one large one, and so on. */
function work(): void {
  while (small.length + large.length > 0) {
    takeWaiting();
    for (const group of [small.splice(0, GROUP), large.splice(0, 1)]) {
      if (group.length === 0) continue;
      port.postMessage(performGroup(group));
      maintain(log => log.shorten());
    }
  }
}

function end(): void {
  clearTimeout(quiet);
  maintain(log => log.empty());
  reset();
  port.close();
}

/** An empty list of requests asks the thread to end. */
port.on('message', (first: WriteRequest[]) => {
  clearTimeout(quiet);
  take(first);
  work();
  if (ending) end();
  else quiet = setTimeout(() => maintain(log => log.empty()), QUIET_MILLISECONDS);
});
