/** Content that arrives as bytes, in whatever format, on its way into a blob. https://hl7.org/fhir/R4/binary.html#rest */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../fhir/resource.js';
import { INLINE_BYTES } from './base64.js';
import { placeElement } from './place.js';
import { upload, type UploadParts } from './upload.js';

/** The elements of its Binary. Large content is in a blob by then, not yet claimed. */
export async function receiveContent(parts: UploadParts, bytes: AsyncIterable<Uint8Array>): Promise<JsonObject> {
  const source = bytes[Symbol.asyncIterator]();
  const first = await readUpTo(source, INLINE_BYTES);
  if (first.length <= INLINE_BYTES) return { data: first.toString('base64') };
  const hash = createHash('sha256');
  const { id: url, size } = await upload(parts, hashed(first, source, hash));
  return { _data: placeElement({ url, size, hash: hash.digest('base64') }) as unknown as JsonObject };
}

/** What arrives until it is more than so many bytes, or ends. */
async function readUpTo(source: AsyncIterator<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let size = 0; size <= most;) {
    const next = await source.next();
    if (next.done) break;
    parts.push(next.value);
    size += next.value.length;
  }
  return Buffer.concat(parts);
}

async function* hashed(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next: IteratorResult<Uint8Array> = { value: first }; !next.done; next = await rest.next()) {
      hash.update(next.value);
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
