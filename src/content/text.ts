/**
 * Content on its way out: the text of a stored version with the content of its blob back in place. Every reader of stored
 * text that is shown to a caller takes it from here. https://hl7.org/fhir/R4/binary.html
 */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { subsetted } from '../fhir/subsetted.js';
import type { Blobs, Version } from '../store/port.js';
import { absent } from './absence.js';
import { placeOfVersion, type ContentPlace } from './place.js';

/** Characters of base64 beyond which no resource holds its content. */
const LARGEST_CONTENT = 64 * 1024 * 1024;

const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4;

const isTooLarge = ({ size, held }: ContentPlace): boolean => !held && base64Length(size) > LARGEST_CONTENT;

/** Characters that the version's text has with its content; for one too large, without it. */
export function textLength(version: Pick<Version, 'key' | 'json'>): number {
  const place = placeOfVersion(version);
  return version.json.length + (place && !place.held && !isTooLarge(place) ? base64Length(place.size) : 0);
}

/**
 * The version's text with its content; a promise only where there is content to fetch. Fault `too-costly` for content
 * that no resource holds: it is read in its own format.
 */
export function wholeText(blobs: Blobs, version: Version): string | Promise<string> {
  const place = placeOfVersion(version);
  if (place && isTooLarge(place)) {
    throw new Fault('too-costly', 'The content is too large for a resource; ask for it in its own format.');
  }
  return place ? withContent(blobs, version, place) : version.json;
}

/** The same, but without content that no resource holds, and with the tag SUBSETTED then: what is shown beside others. */
export function shownText(blobs: Blobs, version: Version): string | Promise<string> {
  const place = placeOfVersion(version);
  if (!place) return version.json;
  return isTooLarge(place) ? withoutContent(version) : withContent(blobs, version, place);
}

/** Bytes that the sender of a stream gets back with the answer. */
const BRIEF = 1024 * 1024;

/** The same for whoever has just sent the content as it is: large content does not come back. */
export function briefText(blobs: Blobs, version: Version): string | Promise<string> {
  const place = placeOfVersion(version);
  return place && !place.held && place.size > BRIEF ? withoutContent(version) : shownText(blobs, version);
}

function withoutContent({ json }: Version): string {
  const { _data, ...rest } = parseStored<Resource>(json);
  return JSON.stringify({ ...rest, meta: subsetted(rest) });
}

async function withContent(blobs: Blobs, { json }: Version, { url, held }: ContentPlace): Promise<string> {
  const { _data, ...rest } = parseStored<Resource>(json);
  if (held) return JSON.stringify({ ...rest, _data: absent('temp-unknown') });
  const parts = [JSON.stringify(rest).slice(0, -1), ',"data":"'];
  let left: Uint8Array = new Uint8Array();
  for await (const chunk of await contentOf(blobs, url)) {
    const bytes =
      left.length > 0 ? Buffer.concat([left, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const end = bytes.length - (bytes.length % 3);
    parts.push(bytes.toString('base64', 0, end));
    left = bytes.subarray(end);
  }
  parts.push(Buffer.from(left).toString('base64'), '"}');
  return parts.join('');
}

/** The bytes of a blob that a stored version names, from `start` to before `end`. */
export async function contentOf(
  blobs: Blobs,
  id: string,
  start?: number,
  end?: number,
): Promise<AsyncIterable<Uint8Array>> {
  const blob = await blobs.open(id, start, end);
  if (!blob) throw new Error('a blob that a Binary claims is gone');
  return blob.bytes;
}
