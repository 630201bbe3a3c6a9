/** The content of a Binary as itself, for clients that do not ask for FHIR. https://hl7.org/fhir/R4/binary.html#rest */
import { create } from 'content-disposition';
import { etag } from '../fhir/etag.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { FhirResponse, ResponseBody } from '../fhir/response.js';
import { acceptedTypes, mediaType } from '../formats/media-type.js';
import type { Context } from '../service.js';
import type { Blobs, Version } from '../store/port.js';
import { absenceOf } from '../content/absence.js';
import { placeOf } from '../content/place.js';
import { contentOf } from '../content/text.js';
import { downloadName } from './download-name.js';
import { rangeOf, type ByteRange } from './range.js';
import { versionHeaders } from './version.js';

/** The content itself, or the requested range of it; undefined if the client wants the resource. */
export async function rawContent(context: Context, version: Version, blobs: Blobs): Promise<FhirResponse | undefined> {
  const resource = parseStored<Resource>(version.json);
  const contentType = String(resource['contentType']);
  if (wantsFhir(context, contentType)) return undefined;
  refuseAbsent(resource);
  const content = contentIn(resource, blobs);
  const range = rangeOf(context.request, content.size, etag(version.version));
  const part = range ?? { start: 0, end: content.size };
  const security = (resource['securityContext'] as JsonObject | undefined)?.['reference'] as string | undefined;
  return {
    status: range ? 206 : 200,
    headers: {
      ...versionHeaders(context, version),
      'content-disposition': create(await downloadName(context, resource), { type: 'attachment' }),
      'accept-ranges': 'bytes',
      ...defined({ 'x-security-context': security }),
      ...(range && { 'content-range': `bytes ${range.start}-${range.end - 1}/${content.size}` }),
    },
    at: version.at,
    body: content.part(part, contentType),
  };
}

/** Content that is held, and content that held a virus. */
function refuseAbsent(resource: Resource): void {
  if (placeOf(resource)?.held) {
    throw new Fault('conflict', 'The file is held until it has been scanned for viruses.', { because: 'held' });
  }
  if (absenceOf(resource) === 'not-permitted') throw new Fault('gone', 'The file held a virus and has been removed.');
}

interface Content {
  size: number;
  part(range: ByteRange, contentType: string): ResponseBody;
}

/** The content of a stored Binary: its bytes, or those of a blob, which is not opened before they are sent. */
function contentIn(resource: Resource, blobs: Blobs): Content {
  const place = placeOf(resource);
  if (!place) {
    const bytes = Buffer.from(String(resource['data'] ?? ''), 'base64');
    const part: Content['part'] = ({ start, end }, contentType) => {
      return { kind: 'bytes', bytes: bytes.subarray(start, end), contentType };
    };
    return { size: bytes.length, part };
  }
  const { url, size } = place;
  const part: Content['part'] = ({ start, end }, contentType) => {
    return { kind: 'stream', bytes: streamed(blobs, url, start, end), length: end - start, contentType };
  };
  return { size, part };
}

async function* streamed(blobs: Blobs, id: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  yield* await contentOf(blobs, id, start, end);
}

/** A FHIR media type asks for the resource; so does plain JSON or XML, unless the content itself is of that type. */
function wantsFhir({ request }: Context, contentType: string): boolean {
  if (request.query.some(([name]) => name === '_format')) return true;
  return acceptedTypes(request.headers['accept']).some(
    range => /^application\/fhir\+(json|xml)$/.test(range) || isPlain(range, mediaType(contentType)),
  );
}

const isPlain = (range: string, own: string): boolean =>
  /^(application|text)\/(json|xml)$/.test(range) && range !== own;
