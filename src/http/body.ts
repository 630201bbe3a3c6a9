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

/**
 * The body, inflated. Faults: `too-large` past `maxBytes` (of inflated bytes), `unsupported-media` for a content coding
 * that is none of gzip, deflate, br, or several of them, `invalid` where it is broken.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding !== 'identity' && !Object.hasOwn(decoders, coding)) {
    discard(request, maxBytes);
    throw new Fault('unsupported-media', 'Content-Encoding must be gzip, deflate or br, and one of them only.');
  }
  try {
    return await collect(coding === 'identity' ? request : inflated(request, decoders[coding]!()), maxBytes);
  } catch (error) {
    discard(request, maxBytes);
    if (error instanceof Fault) throw error;
    throw new Fault('invalid', 'The body is incomplete or its encoding is broken.', {
      code: 'structure',
      cause: error,
    });
  }
}

function inflated(request: IncomingMessage, decoder: Transform): Readable {
  request.on('error', error => decoder.destroy(error));
  return request.pipe(decoder);
}

async function collect(stream: Readable, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request would take the connection, and the answer, with it.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Fault('too-large', `The body is larger than ${maxBytes} bytes.`);
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
