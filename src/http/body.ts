/** Reads a request's body: decoded, and never more of it than allowed (RFC 9110 8.4, abuse of compression). */
import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Fault } from '../fhir/fault.js';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Bytes, inflated, that anybody may send. */
const SMALL = 64 * 1024;

/** Bytes for which room is taken at once: a body that arrives slowly takes little more than has arrived. */
const STEP = 64 * 1024;

export interface BodyRules {
  /** Inflated bytes. */
  readonly maxBytes: number;
  /** Called before more than a small body is kept, and again as it grows: whether this caller may send so many more bytes. */
  readonly admit: (bytes: number) => Promise<boolean>;
}

/**
 * The body, inflated; undefined for a large one that is not admitted. Faults: `too-large`, `unsupported-media` for a
 * content coding that is none of gzip, deflate, br, or several of them, `invalid` where it is broken, and those of `admit`.
 */
export async function readBody(request: IncomingMessage, rules: BodyRules): Promise<Uint8Array | undefined> {
  try {
    const bytes = await collect(decoded(request), lengthOf(request), rules);
    if (bytes === undefined) discard(request, rules.maxBytes);
    return bytes;
  } catch (error) {
    discard(request, rules.maxBytes);
    throw broken(error);
  }
}

/**
 * The body, inflated, while it arrives. Whoever has answered discards what was not read of it. Iterating rejects as
 * readBody does.
 */
export async function* streamBody(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    if (lengthOf(request) > maxBytes && lengthOf(request) < Infinity) throw tooLarge(maxBytes);
    for await (const chunk of piecesOf(decoded(request))) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw broken(error);
  }
}

const tooLarge = (maxBytes: number): Fault => new Fault('too-large', `The body is larger than ${maxBytes} bytes.`);

const broken = (error: unknown): Fault =>
  error instanceof Fault
    ? error
    : new Fault('invalid', 'The body is incomplete or its encoding is broken.', { code: 'structure', cause: error });

const codingOf = (request: IncomingMessage): string =>
  (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();

/** As announced; a chunked body, or what a compressed one inflates to, may have any length. */
const lengthOf = (request: IncomingMessage): number =>
  codingOf(request) === 'identity' ? Number(request.headers['content-length'] ?? Infinity) : Infinity;

function decoded(request: IncomingMessage): Readable {
  const coding = codingOf(request);
  if (coding === 'identity') return request;
  if (Object.hasOwn(decoders, coding)) return inflated(request, decoders[coding]!());
  throw new Fault('unsupported-media', 'Content-Encoding must be gzip, deflate or br, and one of them only.');
}

/** Destroying the request would take the connection, and the answer, with it. */
const piecesOf = (stream: Readable): AsyncIterable<Buffer> => stream.iterator({ destroyOnReturn: false });

function inflated(request: IncomingMessage, decoder: Transform): Readable {
  request.on('error', error => decoder.destroy(error));
  return request.pipe(decoder);
}

async function collect(
  stream: Readable,
  length: number,
  { maxBytes, admit }: BodyRules,
): Promise<Uint8Array | undefined> {
  if (Number.isFinite(length) && length > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  let room = SMALL;
  for await (const chunk of piecesOf(stream)) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    if (size > room) {
      const more = Math.max(size - room, Math.min(STEP, Math.min(length, maxBytes) - room));
      if (!(await admit(more))) return undefined;
      room += more;
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Lets the client finish sending within reason, so that it reads the answer; then hangs up. */
export function discard(request: IncomingMessage, maxBytes: number): void {
  let left = 4 * maxBytes;
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}
