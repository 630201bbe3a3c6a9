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

export interface BodyRules {
  /** Inflated bytes. */
  readonly maxBytes: number;
  /** Asked once, before more than a small body is kept: whether this caller may send so many bytes at most. */
  readonly admit: (bytes: number) => Promise<boolean>;
}

/**
 * The body, inflated; undefined for a large one that is not admitted. Faults: `too-large`, `unsupported-media` for a
 * content coding that is none of gzip, deflate, br, or several of them, `invalid` where it is broken, and those of `admit`.
 */
export async function readBody(request: IncomingMessage, rules: BodyRules): Promise<Uint8Array | undefined> {
  const { maxBytes } = rules;
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding !== 'identity' && !Object.hasOwn(decoders, coding)) {
    discard(request, maxBytes);
    throw new Fault('unsupported-media', 'Content-Encoding must be gzip, deflate or br, and one of them only.');
  }
  try {
    const stream = coding === 'identity' ? request : inflated(request, decoders[coding]!());
    const bytes = await collect(stream, coding === 'identity' ? lengthOf(request) : maxBytes, rules);
    if (bytes === undefined) discard(request, maxBytes);
    return bytes;
  } catch (error) {
    discard(request, maxBytes);
    if (error instanceof Fault) throw error;
    throw new Fault('invalid', 'The body is incomplete or its encoding is broken.', {
      code: 'structure',
      cause: error,
    });
  }
}

/** As announced; a chunked body may have any length. */
const lengthOf = (request: IncomingMessage): number => Number(request.headers['content-length'] ?? Infinity);

function inflated(request: IncomingMessage, decoder: Transform): Readable {
  request.on('error', error => decoder.destroy(error));
  return request.pipe(decoder);
}

async function collect(
  stream: Readable,
  length: number,
  { maxBytes, admit }: BodyRules,
): Promise<Uint8Array | undefined> {
  const tooLarge = () => new Fault('too-large', `The body is larger than ${maxBytes} bytes.`);
  if (Number.isFinite(length) && length > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  let small = true;
  // Destroying the request would take the connection, and the answer, with it.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    if (small && size > SMALL) {
      small = false;
      if (!(await admit(Math.min(length, maxBytes)))) return undefined;
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Lets the client finish sending within reason, so that it reads the answer; then hangs up. */
function discard(request: IncomingMessage, maxBytes: number): void {
  let left = 4 * maxBytes;
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}
