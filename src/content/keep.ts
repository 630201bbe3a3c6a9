/**
 * Content on its way in, the last check before it is stored: scanned for viruses, and that of a Binary in a blob once it is
 * larger than a page or two. The commit claims the blob. https://hl7.org/fhir/R4/binary.html
 */
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../fhir/fault.js';
import { lazyResource } from '../fhir/lazy-resource.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Blobs, DocumentChange, Version } from '../store/port.js';
import { absenceOf } from './absence.js';
import { decodedLater, digestOf, INLINE } from './base64.js';
import { holding } from './held.js';
import { isOwn, namesBlob, placeElement, placeOf, type ContentPlace } from './place.js';
import { isToBeHeld, scanWithin, type ScanParts } from './scanned.js';
import { contentOf } from './text.js';
import { claimOf, upload, type UploadParts } from './upload.js';

export interface KeepParts extends UploadParts, ScanParts {}

interface Kept {
  resource: Resource;
  /** For the same commit: the claim of a new blob, the record of one that is held. */
  documents: DocumentChange[];
  /** The content is held. */
  isHeld?: true;
}

/**
 * A valid resource as it is to be stored. Content equal to that of the version before stays where it is. Faults: `invalid` for
 * a resource that names a blob itself (its sender could read other people's files), and those of scanned.ts.
 */
export async function keepContent(
  parts: KeepParts,
  resource: Resource,
  previous: Version | undefined,
  partition: string,
): Promise<Kept> {
  const text = previous?.deleted ? undefined : previous?.json;
  if (resource.resourceType === 'Binary') {
    return keepBinary(parts, resource, text === undefined ? undefined : lazyResource(text), partition);
  }
  await scanWithin(parts, resource, text);
  return unchanged(resource);
}

const unchanged = (resource: Resource): Kept => ({ resource, documents: [] });

async function keepBinary(
  parts: KeepParts,
  resource: Resource,
  before: Resource | undefined,
  partition: string,
): Promise<Kept> {
  if (namesBlob(resource)) return keepNamed(parts, resource, before, partition);
  const { data, ...rest } = resource;
  const place = before && placeOf(before);
  // Its sender read the resource while its content was held, and sends it back as it was.
  if (place && absenceOf(resource) === 'temp-unknown') return unchanged(placed(rest, place));
  if (typeof data !== 'string' || data === before?.['data']) return unchanged(resource);
  if (!parts.scan && data.length <= INLINE) return unchanged(resource);
  const digest = digestOf(data);
  if (place?.hash === digest.hash && place.size === digest.size) return unchanged(placed(rest, place));
  const isHeld = await isToBeHeld(parts, { ...digest, bytes: () => decodedLater(data) }, 'Binary.data');
  if (!isHeld && data.length <= INLINE) return unchanged(resource);
  const { id: url } = await upload(parts, decodedLater(data));
  return claimed(parts, rest, { url, ...digest, ...heldIf(isHeld) }, partition);
}

/** Content that is in a blob already: it came in as a stream, or is that of the version before. */
async function keepNamed(
  parts: KeepParts,
  resource: Resource,
  before: Resource | undefined,
  partition: string,
): Promise<Kept> {
  const place = placeOf(resource);
  const isOurs = isOwn(resource['_data']);
  if (place && before && placeOf(before)?.url === place.url) {
    if (isOurs || isDeepStrictEqual(before['_data'], resource['_data'])) return unchanged(resource);
  } else if (place && isOurs) {
    const { hash, size, url } = place;
    const bytes = () => contentOf(parts.blobs, url);
    const isHeld = place.held ?? (await isToBeHeld(parts, { hash, size, bytes }, 'Binary.data'));
    return claimed(parts, resource, { hash, size, url, ...heldIf(isHeld) }, partition);
  }
  throw new Fault('invalid', 'This extension is for the server alone.', {
    code: 'value',
    expression: 'Binary.data.extension',
  });
}

const heldIf = (held: boolean): Pick<ContentPlace, 'held'> => (held ? { held } : {});

const placed = (rest: object, place: ContentPlace): Resource =>
  ({ ...rest, _data: placeElement(place) }) as unknown as Resource;

/** With the blob's claim, and where it is held its record. */
function claimed({ clock }: KeepParts, resource: Resource, place: ContentPlace, partition: string): Kept {
  const { url, held } = place;
  const kept = placed(resource, place);
  if (!held) return { resource: kept, documents: [claimOf(url)] };
  const record = holding(url, partition, resource.id ?? '', clock.now());
  return { resource: kept, documents: [claimOf(url), record], isHeld: true };
}

/** Content that is known to be held, as elements of a Binary that no commit has claimed yet. */
export async function holdContent(
  parts: UploadParts & { blobs: Blobs },
  data: string,
  digest: Pick<ContentPlace, 'size' | 'hash'>,
): Promise<JsonObject> {
  const { id: url } = await upload(parts, decodedLater(data));
  return { _data: placeElement({ url, ...digest, held: true }) as unknown as JsonObject };
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
