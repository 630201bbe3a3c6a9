/**
 * Binary content lives outside the JSON text, as a blob, once it is larger than a page or two: the stored resource keeps
 * its place with an extension that never leaves the server. https://hl7.org/fhir/R4/binary.html
 */
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { Services } from '../service.js';
import type { Blobs, DocumentChange, Version } from '../store/port.js';

const BLOB = 'https://portico.health/fhir/StructureDefinition/blob';
/** Base64 characters kept within the JSON text. */
const INLINE = 16_384;

/** What keeping content takes. */
export type ContentParts = Pick<Services, 'blobs' | 'ids' | 'clock'>;

/** A valid resource as it is to be stored; larger content has gone to a blob, which the document claims in the same commit. */
export async function keepContent<T extends Resource>(
  { blobs, ids, clock }: ContentParts,
  resource: T,
): Promise<{ resource: T; documents: DocumentChange[] }> {
  const { data, ...rest } = resource as T & { data?: unknown };
  refuseForged(resource);
  if (resource.resourceType !== 'Binary' || typeof data !== 'string' || data.length <= INLINE) {
    return { resource, documents: [] };
  }
  const id = ids.next();
  await blobs.put(id, chunks(Buffer.from(data, 'base64')), clock.now());
  const document = { kind: 'blob', id, value: {}, keys: {} };
  const kept = { ...rest, _data: { extension: [{ url: BLOB, valueString: id }] } };
  return { resource: kept as unknown as T, documents: [{ op: 'put', document, expect: 0 }] };
}

/** Nobody names a blob but the server: whoever could would read other people's files. */
function refuseForged({ resourceType, _data: data }: Resource): void {
  const extensions = (data as { extension?: { url?: string }[] } | undefined)?.extension;
  if (resourceType !== 'Binary' || !Array.isArray(extensions) || !extensions.some(({ url }) => url === BLOB)) return;
  throw new Fault('invalid', 'This extension is for the server alone.', {
    code: 'value',
    expression: 'Binary.data.extension',
  });
}

/** The stored text with its content back in place; a promise only where there is content to fetch. */
export function withContent(blobs: Blobs, version: Version): string | Promise<string> {
  const id = version.key.type === 'Binary' ? blobId(version.json) : undefined;
  return id === undefined ? version.json : joined(blobs, version, id);
}

async function joined(blobs: Blobs, { json }: Version, id: string): Promise<string> {
  const { _data, ...rest } = parseStored<Resource>(json);
  return JSON.stringify({ ...rest, data: (await contentOf(blobs, id)).toString('base64') });
}

/** The texts of many, in their order. */
export async function withContents(blobs: Blobs, versions: readonly Version[]): Promise<string[]> {
  const texts: string[] = [];
  for (const version of versions) {
    const text = withContent(blobs, version);
    texts.push(typeof text === 'string' ? text : await text);
  }
  return texts;
}

/** The blob that holds a Binary's content, where its stored text names one. */
export function blobId(json: string): string | undefined {
  if (!json.includes(BLOB)) return undefined;
  const place = parseStored<{ _data?: { extension?: { url: string; valueString: string }[] } }>(json)._data;
  return place?.extension?.find(extension => extension.url === BLOB)?.valueString;
}

/** The content of a blob, whole. */
export async function contentOf(blobs: Blobs, id: string): Promise<Buffer> {
  const blob = await blobs.open(id);
  if (!blob) throw new Error('a blob that a Binary claims is gone');
  const parts: Uint8Array[] = [];
  for await (const part of blob.bytes) parts.push(part);
  return Buffer.concat(parts);
}

async function* chunks(bytes: Buffer): AsyncIterable<Uint8Array> {
  const size = 256 * 1024;
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
