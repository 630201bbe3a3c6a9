/**
 * The listening socket: time-outs against slow clients, answers to requests that are not HTTP, and a stop that drops no
 * request.
 */
import { createServer, ServerResponse, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { outcomeOf } from '../fhir/outcome.js';

export interface ServerOptions {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** Milliseconds a request may take to arrive whole; its headers have ten seconds of them at most. */
  requestTimeout: number;
  /** Milliseconds beyond that in which nothing moves on a connection until it is cut: its caller does not read. */
  idleTimeout?: number;
}

export interface StopOptions {
  /** Milliseconds in which answers say `Connection: close`, before idle connections are closed. */
  grace?: number;
  /** Milliseconds after which what still runs is cut off. */
  limit?: number;
}

export interface RunningServer {
  readonly port: number;
  /** True from the beginning of `stop`. */
  readonly draining: boolean;
  /** Answers what is under way, each with `Connection: close`, then closes. Resolves when all is closed. */
  stop(options?: StopOptions): Promise<void>;
}

/** Milliseconds to accept the connections that wait, at most. */
const ACCEPTING = 2000;
/** Milliseconds that a connection accepted last has for its request, and between looks for idle ones. */
const LINGER = 200;
const SWEEP = 100;

/** Listens; rejects where the address is taken. */
export async function startServer(listener: RequestListener, options: ServerOptions): Promise<RunningServer> {
  const { host, port, requestTimeout, idleTimeout = 30_000 } = options;
  let draining = false;
  /** Requests that wait until all connections are accepted. */
  let held: (() => void)[] | undefined;
  /** What came before the stop and is answered after it says so as well: its caller would send the next into nothing. */
  class Answer extends ServerResponse {
    override writeHead(status: number, ...rest: unknown[]): this {
      if (draining) this.shouldKeepAlive = false;
      return super.writeHead(status, ...(rest as [OutgoingHttpHeaders?]));
    }
  }
  const server = createServer(
    {
      ServerResponse: Answer,
      headersTimeout: Math.min(10_000, requestTimeout),
      requestTimeout,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 65_000,
      // A second Authorization header must not vanish: both are seen, and refused.
      joinDuplicateHeaders: true,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      if (draining) response.setHeader('connection', 'close');
      // Two Host fields are joined as well: no name has a comma.
      if (request.headers.host?.includes(',')) refuse('400 Bad Request', 'structure', request.socket);
      else if (held) held.push(() => listener(request, response));
      // Sent before the answer to the request before it: it may be younger than what this turn of the event loop has read.
      else if (response.socket === null) setImmediate(() => listener(request, response));
      else listener(request, response);
    },
  );
  server.maxHeadersCount = 0;
  server.timeout = requestTimeout + idleTimeout;
  server.on('clientError', refuseError);
  server.on('connect', (_request, socket) => refuse('405 Method Not Allowed', 'not-supported', socket));
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    get draining() {
      return draining;
    },
    async stop({ grace = 1000, limit = 30_000 } = {}) {
      draining = true;
      await pause(grace);
      const cut = setTimeout(() => server.closeAllConnections(), Math.max(limit - grace, 0));
      held = [];
      await queueEmpty(server, grace === 0 ? 0 : ACCEPTING);
      const empty = closed(server, Math.min(grace, LINGER));
      held.forEach(answer => answer());
      held = undefined;
      await empty;
      clearTimeout(cut);
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Accepts no more connections, leaves the last ones the time to send their request, then waits for open requests. */
async function closed(server: Server, linger: number): Promise<void> {
  // Not server.close(), which at once closes connections that have not sent anything yet.
  const empty = new Promise<void>(resolve => NetServer.prototype.close.call(server, () => resolve()));
  await Promise.race([empty, pause(linger)]);
  // Connections whose last answer began before the stop come to rest only now and then.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP);
  server.close();
  await empty;
  clearInterval(sweep);
}

/**
 * Resolves once the connections that the kernel holds ready are accepted. It takes one in each turn of the event loop, and
 * more may come while other work fills the turn: so until a turn was short and brought none, or for `limit` milliseconds.
 */
async function queueEmpty(server: Server, limit: number): Promise<void> {
  const begun = performance.now();
  let accepted = 0;
  const count = (): number => ++accepted;
  server.on('connection', count);
  for (let quiet = false; !quiet && performance.now() - begun < limit;) {
    const [before, from] = [accepted, performance.now()];
    await nextTurn();
    quiet = accepted === before && performance.now() - from < 1;
  }
  server.off('connection', count);
}

const refusals: Readonly<Record<string, { line: string; code: string }>> = {
  HPE_HEADER_OVERFLOW: { line: '431 Request Header Fields Too Large', code: 'too-long' },
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', code: 'timeout' },
};

/** What never became a request is answered too, where the socket still takes it. */
function refuseError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { line, code } = refusals[error.code ?? ''] ?? { line: '400 Bad Request', code: 'structure' };
  refuse(line, code, socket);
}

function refuse(line: string, code: string, socket: Duplex): void {
  const body = JSON.stringify(outcomeOf([{ severity: 'error', code, diagnostics: `${line.slice(4)}.` }]));
  socket.end(
    [
      `HTTP/1.1 ${line}`,
      'Connection: close',
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Content-Type: application/fhir+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
