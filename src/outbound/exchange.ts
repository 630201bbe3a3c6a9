/** One HTTP request and its whole answer, each phase within its time. Redirects are answers like any other. */
import { request as plainRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { codeOf, OutboundError, type OutboundFailure } from './outbound-error.js';

/** What an outbound call sends: the part of fetch's RequestInit that is served. https://fetch.spec.whatwg.org/#requestinit */
export interface OutboundInit {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | URLSearchParams | null;
  signal?: AbortSignal;
}

/** Milliseconds and bytes. */
export interface ExchangeLimits {
  /** Name resolution, TCP and TLS. */
  readonly connect: number;
  /** From the request to the end of the answer's headers. */
  readonly headers: number;
  /** From there to the end of its body. */
  readonly body: number;
  readonly whole: number;
  readonly maxHeaders: number;
  readonly maxBody: number;
}

export interface Connection {
  readonly agent: Agent;
  readonly lookup: LookupFunction;
  readonly limits: ExchangeLimits;
}

/** Rejects with OutboundError. */
export async function exchange(url: URL, init: OutboundInit, connection: Connection): Promise<Response> {
  const { limits } = connection;
  const over = new AbortController();
  const end = (failure: OutboundFailure) => () => over.abort(new OutboundError(failure));
  const whole = setTimeout(end('timeout'), limits.whole);
  init.signal?.addEventListener('abort', end('timeout'), { once: true });
  let phase = setTimeout(end('unreachable'), limits.connect);
  const next = (milliseconds: number): void => {
    clearTimeout(phase);
    phase = setTimeout(end('timeout'), milliseconds);
  };
  const reached = { connected: false };
  try {
    const call = startCall(url, init, connection, over.signal);
    whenConnected(call, () => {
      reached.connected = true;
      next(limits.headers);
    });
    const answer = await answerTo(call);
    next(limits.body);
    return responseOf(answer, await bytesOf(answer, limits.maxBody));
  } catch (error) {
    if (over.signal.aborted) throw over.signal.reason;
    throw error instanceof OutboundError
      ? error
      : new OutboundError(reached.connected ? 'broken' : 'unreachable', codeOf(error));
  } finally {
    clearTimeout(whole);
    clearTimeout(phase);
  }
}

function startCall(url: URL, init: OutboundInit, connection: Connection, signal: AbortSignal): ClientRequest {
  const { agent, lookup, limits } = connection;
  const { method = 'GET', headers = {} } = init;
  const body = init.body instanceof URLSearchParams ? init.body.toString() : (init.body ?? undefined);
  const request = url.protocol === 'https:' ? secureRequest : plainRequest;
  const plain = { 'user-agent': 'Portico', 'accept-encoding': 'identity' };
  const form = init.body instanceof URLSearchParams ? { 'content-type': FORM } : {};
  const call = request(url, {
    method,
    headers: { ...plain, ...form, ...lowercase(headers), ...lengthOf(body) },
    agent,
    lookup,
    maxHeaderSize: limits.maxHeaders,
    signal,
  });
  call.end(body);
  return call;
}

const FORM = 'application/x-www-form-urlencoded;charset=UTF-8';

const lowercase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const lengthOf = (body: string | Uint8Array | undefined): Record<string, number> =>
  body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };

/** At once where the connection is one that was kept open. */
function whenConnected(call: ClientRequest, connected: () => void): void {
  call.once('socket', socket => {
    if (!socket.connecting) connected();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
  });
}

const answerTo = (call: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    call.once('response', resolve);
    call.on('error', reject);
    // A protocol that is switched to is no answer.
    call.once('upgrade', (_answer, socket) => socket.destroy(new OutboundError('broken')));
  });

async function bytesOf(answer: IncomingMessage, most: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new OutboundError('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function responseOf({ statusCode = 0, rawHeaders }: IncomingMessage, bytes: Buffer<ArrayBuffer>): Response {
  const headers = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  if (statusCode < 200 || statusCode > 599) throw new OutboundError('broken');
  return new Response(NO_BODY.includes(statusCode) ? null : bytes, { status: statusCode, headers });
}

/** https://fetch.spec.whatwg.org/#null-body-status */
const NO_BODY = [204, 205, 304];
