/**
 * Content on its way in. That of a Binary goes to a blob once it is larger than a page or two, in pieces: no second copy
 * of it is ever in memory. The commit claims the blob. https://hl7.org/fhir/R4/binary.html
 */
import { createHash } from 'node:crypto';
import { Fault } from '../fhir/fault.js';
import { lazyResource } from '../fhir/lazy-resource.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { DocumentChange, Version } from '../store/port.js';
import { isOwn, namesBlob, placeElement, placeOf, type ContentPlace } from './place.js';
import { claimOf, upload, type UploadParts } from './upload.js';

/** Base64 characters kept within the JSON text. */
const INLINE = 16_384;
const INLINE_BYTES = (INLINE / 4) * 3;
/** Base64 characters decoded at once: a multiple of four. */
const PIECE = 1024 * 1024;

interface Kept<T> {
  resource: T;
  /** The claim of a new blob, for the same commit. */
  documents: DocumentChange[];
}

/**
 * A valid resource as it is to be stored. Content equal to that of the version before stays where it is. Fault `invalid`
 * for a resource that names a blob itself: its sender could read other people's files.
 */
export async function keepContent<T extends Resource>(
  parts: UploadParts,
  resource: T,
  previous?: Version,
): Promise<Kept<T>> {
  if (resource.resourceType !== 'Binary') return { resource, documents: [] };
  const { data, ...rest } = resource as T & { data?: unknown };
  const before = previous && !previous.deleted ? lazyResource(previous.json) : undefined;
  if (namesBlob(resource)) return keepNamed(resource, before);
  if (typeof data !== 'string' || data.length <= INLINE) return { resource, documents: [] };
  const place = before && placeOf(before);
  const digest = digestOf(data);
  const same = place?.hash === digest.hash && place.size === digest.size;
  if (same) return { resource: { ...rest, _data: placeElement(place) } as unknown as T, documents: [] };
  const { id: url } = await upload(parts, decodedLater(data));
  const kept = { ...rest, _data: placeElement({ url, ...digest }) };
  return { resource: kept as unknown as T, documents: [claimOf(url)] };
}

/** Content that is in a blob already: it came in as a stream, or is that of the version before. */
function keepNamed<T extends Resource>(resource: T, before: Resource | undefined): Kept<T> {
  const place = placeOf(resource);
  if (place && before && placeOf(before)?.url === place.url) return { resource, documents: [] };
  if (place && isOwn(resource['_data'])) return { resource, documents: [claimOf(place.url)] };
  throw new Fault('invalid', 'This extension is for the server alone.', {
    code: 'value',
    expression: 'Binary.data.extension',
  });
}

/** Content that arrives as bytes: the elements of its Binary. Large content is in a blob by then, not yet claimed. */
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

/** The bytes of a base64 text, piece by piece. White space between its letters means nothing. */
export function* decoded(base64: string): Generator<Buffer> {
  const letters = /\s/.test(base64) ? base64.replace(/\s+/g, '') : base64;
  for (let at = 0; at < letters.length; at += PIECE) yield Buffer.from(letters.slice(at, at + PIECE), 'base64');
}

async function* decodedLater(base64: string): AsyncGenerator<Buffer> {
  yield* decoded(base64);
}

function digestOf(base64: string): Pick<ContentPlace, 'size' | 'hash'> {
  const hash = createHash('sha256');
  let size = 0;
  for (const bytes of decoded(base64)) {
    hash.update(bytes);
    size += bytes.length;
  }
  return { size, hash: hash.digest('base64') };
}

/** A resource to compare with another: large content by its digest, whether it is in the resource or in a blob. */
export function withDigest(resource: Resource): Resource {
  if (resource.resourceType !== 'Binary') return resource;
  const { data, _data, ...rest } = resource;
  const place = placeOf(resource);
  if (place) return { ...rest, data: { size: place.size, hash: place.hash } };
  if (typeof data !== 'string' || data.length <= INLINE) return resource;
  return { ...rest, data: digestOf(data) };
}
