/** A reader thread: answers one query after the other, each until its deadline, and anew where its snapshot was taken away. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.js';
import { answer, type ReadQuery } from './queries.js';
import { Exhausted, faultMessage, isUnreachable } from './storage-fault.js';
import type { Reply, Request } from './thread.js';

export interface TimedQuery {
  query: ReadQuery;
  /** Instant of `monotonic`. */
  until: number;
}

const CACHE_KILOBYTES = 4 * 1024;

const port = parentPort!;
const { path, cuts } = workerData as { path: string; cuts: Int32Array };

let connection: Connection | undefined;

function reply(request: Request<TimedQuery>): Reply {
  const { number, body } = request;
  const { query, until } = body;
  try {
    const open = (connection ??= new Connection(path, { readOnly: true, cache: CACHE_KILOBYTES, cuts }));
    return { number, value: open.within({ rows: Infinity, until }, () => answer(open, query, 'count')) };
  } catch (error) {
    if (error instanceof Exhausted && error.what === 'snapshot') return reply(request);
    if (isUnreachable(error)) reset();
    return { number, fault: faultMessage(error) };
  }
}

/** After an error of the disk nothing the connection knows can be trusted. */
function reset(): void {
  const failed = connection;
  connection = undefined;
  failed?.close();
}

/** An empty list of requests asks the thread to end. */
port.on('message', (requests: Request<TimedQuery>[]) => {
  if (requests.length === 0) {
    connection?.close();
    port.close();
  }
  for (const request of requests) port.postMessage([reply(request)]);
});
