/**
 * The writer thread. All jobs that wait go into one transaction, each behind a savepoint of its own, so that one that
 * lost a race fails alone; they are answered once COMMIT has returned. Checkpoints are made here too, in between.
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
const CACHE_KILOBYTES = 32 * 1024;
/** How long nothing must have been written until the log is emptied. */
const QUIET_MILLISECONDS = 500;

const port = parentPort!;
const { path, cuts } = workerData as { path: string; cuts: Int32Array };

let writing: Writing | undefined;
let quiet: NodeJS.Timeout | undefined;
let ending = false;

function openWriting(): Writing {
  const connection = new Connection(path, { readOnly: false, cache: CACHE_KILOBYTES });
  connection.database.exec('PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY');
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

function afterwards(): void {
  maintain(log => log.shorten());
  clearTimeout(quiet);
  quiet = setTimeout(() => maintain(log => log.empty()), QUIET_MILLISECONDS);
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
