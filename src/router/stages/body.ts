/**
 * Parses the body: media type, encoding, nesting, JSON or XML, and that it is the resource the path speaks of.
 * https://hl7.org/fhir/R4/http.html#mime-type
 */
import type { Definitions } from '../../definitions/definitions.js';
import type { Route } from '../../definitions/endpoint.js';
import { Fault } from '../../fhir/fault.js';
import { decodeUtf8, parseJson } from '../../fhir/json.js';
import type { FhirRequest } from '../../fhir/request.js';
import type { JsonObject, Resource } from '../../fhir/resource.js';
import { fromXml } from '../../formats/xml.js';
import { defined } from '../../fhir/defined.js';

const JSON_TYPES = new Set(['application/fhir+json', 'application/json', 'application/json+fhir', 'text/json']);
const XML_TYPES = new Set(['application/fhir+xml', 'application/xml', 'application/xml+fhir', 'text/xml']);
const JSON_PATCH = 'application/json-patch+json';
export const FORM = 'application/x-www-form-urlencoded';

export interface BodyLimits {
  maxDepth: number;
}

/** The media type without parameters, lower-case. */
export const mediaType = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();

/**
 * The resource in the body, for routes that have one; undefined for those that do not. Non-FHIR content becomes what the
 * handlers expect: a JSON Patch a Binary, raw content posted to Binary a Binary; a search form is left to the search.
 */
export function parseBody(
  request: FhirRequest,
  route: Route,
  definitions: Definitions,
  limits: BodyLimits,
): Resource | undefined {
  const { body } = request;
  if (body === undefined) return undefined;
  if (body.kind === 'resource') return asResource(body.resource, definitions);
  const type = mediaType(body.contentType);
  if (type === FORM && isSearch(route)) return undefined;
  if (isContent(route, type, body.bytes)) return rawBinary(request, route, body);
  if (isFhir(type) || type === JSON_PATCH) requireUtf8(body.contentType);
  if (route.interaction === 'patch' && type === JSON_PATCH) return asBinary(body.bytes, JSON_PATCH);
  if (body.bytes.length === 0) return undefined;
  if (route.interaction === 'patch' && !isFhir(type)) throw noPatch();
  return parseResource(body.bytes, type, definitions, limits);
}

/** The resource of these bytes, by media type. Faults: `unsupported-media`, `invalid`, `too-costly`. */
export function parseResource(bytes: Uint8Array, type: string, definitions: Definitions, limits: BodyLimits): Resource {
  if (JSON_TYPES.has(type)) return asResource(parseJson(decodeUtf8(bytes), limits.maxDepth), definitions);
  if (XML_TYPES.has(type)) return asResource(fromXml(decodeUtf8(bytes), definitions, limits.maxDepth), definitions);
  throw new Fault('unsupported-media', 'Send application/fhir+json or application/fhir+xml, named by Content-Type.');
}

/** https://www.rfc-editor.org/rfc/rfc5789#section-2.2 */
function noPatch(): Fault {
  const patches = [JSON_PATCH, 'application/fhir+json', 'application/fhir+xml'].join(', ');
  const headers = { 'accept-patch': patches };
  return new Fault('unsupported-media', `Send a patch as one of ${patches}, named by Content-Type.`, { headers });
}

/** https://hl7.org/fhir/R4/http.html#mime-type: FHIR is UTF-8, whatever the media type. */
function requireUtf8(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1];
  if (charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset)) return;
  throw new Fault('unsupported-media', 'FHIR is sent as UTF-8.');
}

const isFhir = (type: string): boolean => JSON_TYPES.has(type) || XML_TYPES.has(type);

/**
 * A Binary's own content. What comes as plain JSON or XML (a document of another standard, say) is a resource only if it
 * says so. https://hl7.org/fhir/R4/binary.html#rest
 */
function isContent({ type, interaction }: Route, mediaType: string, bytes: Uint8Array): boolean {
  if (type !== 'Binary' || (interaction !== 'create' && interaction !== 'update')) return false;
  if (mediaType === '' || bytes.length === 0) return false;
  if (!isFhir(mediaType)) return true;
  const mark = JSON_TYPES.has(mediaType) ? '"resourceType"' : 'http://hl7.org/fhir';
  return !mediaType.includes('fhir') && !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(mark);
}

const isSearch = (route: Route): boolean =>
  route.interaction === 'search-type' || route.interaction === 'search-system' || route.interaction === 'operation';

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

/** https://hl7.org/fhir/R4/binary.html#rest: what the resource has besides its content comes from path and header. */
function rawBinary(
  { headers }: FhirRequest,
  { id }: Route,
  { bytes, contentType }: { bytes: Uint8Array; contentType: string },
): Resource {
  const reference = headers['x-security-context'];
  return {
    ...asBinary(bytes, contentType),
    ...defined({ id }),
    ...(reference === undefined ? {} : { securityContext: { reference } }),
  };
}

const asBinary = (bytes: Uint8Array, contentType: string): Resource => ({
  resourceType: 'Binary',
  contentType,
  data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
});
