/**
 * The listening socket: time-outs against slow clients, answers to requests that are not HTTP, and a stop that drops no
 * request.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { outcomeOf } from '../fhir/outcome.js';

export interface ServerOptions {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** Milliseconds a request may take to arrive whole. */
  requestTimeout?: number;
  /** Milliseconds a request's headers may take to arrive. */
  headersTimeout?: number;
}

export interface StopOptions {
  /** Milliseconds in which callers are told to go elsewhere before connections that lie idle are closed. */
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

/** Listens; rejects where the address is taken. */
export async function startServer(listener: RequestListener, options: ServerOptions): Promise<RunningServer> {
  const { host, port, requestTimeout = 60_000, headersTimeout = 10_000 } = options;
  let draining = false;
  const server = createServer(
    {
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 65_000,
      // A second Authorization header must not vanish: both are seen, and refused.
      joinDuplicateHeaders: true,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      if (draining) response.setHeader('connection', 'close');
      listener(request, response);
    },
  );
  server.maxHeadersCount = 0;
  server.on('clientError', refuse);
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    get draining() {
      return draining;
    },
    async stop({ grace = 1000, limit = 30_000 } = {}) {
      draining = true;
      await pause(grace);
      await closed(server, limit - grace);
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

function closed(server: Server, limit: number): Promise<void> {
  return new Promise(resolve => {
    // Connections whose last answer began before the stop come to rest only now and then.
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const end = setTimeout(() => server.closeAllConnections(), Math.max(limit, 0));
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(end);
      resolve();
    });
  });
}

const refusals: Readonly<Record<string, { line: string; code: string }>> = {
  HPE_HEADER_OVERFLOW: { line: '431 Request Header Fields Too Large', code: 'too-long' },
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', code: 'timeout' },
};

/** What never became a request is answered too, where the socket still takes it. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { line, code } = refusals[error.code ?? ''] ?? { line: '400 Bad Request', code: 'structure' };
  const body = JSON.stringify(outcomeOf([{ severity: 'error', code, diagnostics: `${line.slice(4)}.` }]));
  socket.end(
    [
      `HTTP/1.1 ${line}`,
      'Connection: close',
      'Content-Type: application/fhir+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
