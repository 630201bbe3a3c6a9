/**
 * Parses the body: media type, encoding, nesting, JSON or XML, and that it is the resource the path speaks of.
 * https://hl7.org/fhir/R4/http.html#mime-type
 */
import type { Definitions } from '../../definitions/definitions.js';
import type { Route } from '../../definitions/endpoint.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { decodeUtf8, parseJson, parseJsonInSlices, type ParseLimits } from '../../fhir/json.js';
import type { FhirRequest } from '../../fhir/request.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import { formatOf, JSON_PATCH, mediaType, requireUtf8 } from '../../formats/media-type.js';
import type { SizeLimits } from '../../fhir/size.js';
import { fromXml, fromXmlInSlices } from '../../formats/xml.js';
import { createBreather } from '../../runtime/breather.js';

/** Bytes of a body that is read in one turn of the event loop. */
const SMALL = 64 * 1024;

type BodyLimits = SizeLimits & Pick<ParseLimits, 'maxDepth'>;

/**
 * The resource in the body; undefined where there is none: a form, a JSON Patch, nothing at all. Content sent to Binary
 * becomes a Binary. Large bodies are read in slices. Faults: `unsupported-media`, `invalid`, `too-costly`, `too-large`.
 */
export function parseBody(
  request: FhirRequest,
  route: Route,
  definitions: Definitions,
  limits: BodyLimits,
): Resource | undefined | Promise<Resource> {
  const { body } = request;
  if (body === undefined || body.kind === 'form' || body.kind === 'stream') return undefined;
  if (body.kind === 'resource') return asResource(body.resource, definitions);
  const type = mediaType(body.contentType);
  if (isContent(route, type, body.bytes))
    return binaryOf(request, route, body.contentType, { data: base64Of(body.bytes) });
  if (type === JSON_PATCH || formatOf(type)) requireUtf8(body.contentType);
  if (route.interaction === 'patch' && type === JSON_PATCH) return undefined;
  if (body.bytes.length === 0) return undefined;
  if (route.interaction === 'patch' && !formatOf(type)) throw noPatch();
  // What is processed entry by entry is measured so.
  const perEntry = route.interaction === 'batch' || route.interaction === 'transaction';
  const parse = body.bytes.length > SMALL ? parseInSlices : parseResource;
  return parse(body.bytes, type, definitions, { ...limits, perEntry });
}

/** A search by POST has a form, or no body: https://hl7.org/fhir/R4/http.html#search */
export function requireForm({ method, body }: FhirRequest): void {
  if (method !== 'POST' || body?.kind !== 'bytes' || body.bytes.length === 0) return;
  throw new Fault('unsupported-media', 'Send the search as application/x-www-form-urlencoded.');
}

/** The resource of these bytes, by media type. */
function parseResource(bytes: Uint8Array, type: string, definitions: Definitions, limits: ParseLimits): Resource {
  switch (formatOf(type)) {
    case 'json':
      return asResource(parseJson(decodeUtf8(bytes), limits.maxDepth, limits), definitions);
    case 'xml':
      return asResource(fromXml(decodeUtf8(bytes), definitions, limits), definitions);
    case undefined:
      throw noFormat();
  }
}

async function parseInSlices(
  bytes: Uint8Array,
  type: string,
  definitions: Definitions,
  limits: ParseLimits,
): Promise<Resource> {
  const breathe = createBreather();
  switch (formatOf(type)) {
    case 'json':
      return asResource(await parseJsonInSlices(decodeUtf8(bytes), limits, breathe), definitions);
    case 'xml':
      return asResource(await fromXmlInSlices(decodeUtf8(bytes), definitions, limits, breathe), definitions);
    case undefined:
      throw noFormat();
  }
}

const noFormat = (): Fault =>
  new Fault('unsupported-media', 'Send application/fhir+json or application/fhir+xml, named by Content-Type.');

/** https://www.rfc-editor.org/rfc/rfc5789#section-2.2 */
function noPatch(): Fault {
  const patches = [JSON_PATCH, 'application/fhir+json', 'application/fhir+xml'].join(', ');
  const headers = { 'accept-patch': patches };
  return new Fault('unsupported-media', `Send a patch as one of ${patches}, named by Content-Type.`, { headers });
}

/**
 * A Binary's own content. What comes as plain JSON or XML (a document of another standard, say) is a resource only if it
 * says so. https://hl7.org/fhir/R4/binary.html#rest
 */
function isContent({ type, interaction }: Route, mediaType: string, bytes: Uint8Array): boolean {
  if (type !== 'Binary' || (interaction !== 'create' && interaction !== 'update')) return false;
  if (mediaType === '' || bytes.length === 0) return false;
  const format = formatOf(mediaType);
  if (!format) return true;
  const mark = format === 'json' ? '"resourceType"' : 'http://hl7.org/fhir';
  return !mediaType.includes('fhir') && !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(mark);
}

function asResource(value: unknown, definitions: Definitions): Resource {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('invalid', 'The body is not a resource: a JSON object is expected.', { code: 'structure' });
  }
  const type = (value as JsonObject)['resourceType'];
  if (typeof type !== 'string' || !definitions.isResourceType(type)) {
    throw new Fault('invalid', 'The body is not a resource: resourceType is missing or unknown.', {
      code: 'structure',
      expression: 'resourceType',
    });
  }
  return value as Resource;
}

/** What a Binary has besides its content comes from path and header: https://hl7.org/fhir/R4/binary.html#rest */
export function binaryOf({ headers }: FhirRequest, { id }: Route, contentType: string, content: JsonObject): Resource {
  const reference = headers['x-security-context'];
  const securityContext = reference === undefined ? undefined : { reference };
  return { resourceType: 'Binary', contentType, ...content, ...defined({ id, securityContext }) };
}

const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
