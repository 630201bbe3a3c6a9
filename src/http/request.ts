/** HTTP → FhirRequest. https://hl7.org/fhir/R4/http.html */
import type { IncomingMessage } from 'node:http';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { FhirRequest, Method, Query, RequestBody } from '../fhir/request.js';
import { readBody, streamBody, type BodyRules } from './body.js';
import { parseForm } from '../fhir/form.js';
import { decodeUtf8 } from '../fhir/json.js';
import { formatOf, isForeignVersion, isForm, mediaType } from '../formats/media-type.js';
import { fairTurn } from '../runtime/fair-turn.js';

export interface RequestLimits {
  /** Bytes, after decompression. */
  maxBody: number;
  /** Bytes of content that is stored while it arrives, after decompression. */
  maxUpload: number;
  /** Milliseconds from the arrival of the headers to the end of work. */
  requestTimeout: number;
}

const methods = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] satisfies Method[]);

/** Methods whose body means something. */
const bodied = new Set<string>(['POST', 'PUT', 'PATCH'] satisfies Method[]);

/** Header fields of a request. Node silently drops fields above its own limit, so that limit is off. */
const maxHeaders = 100;

/** The caller's X-Request-Id where it is fit for logs and headers, else a new one. */
export const requestId = (request: IncomingMessage, ids: World['ids']): string =>
  fit(request.headers['x-request-id']) ?? ids.next();

/** The caller's X-Correlation-Id, to be echoed: https://hl7.org/fhir/R4/http.html#custom */
export const correlationId = (request: IncomingMessage): string | undefined => fit(request.headers['x-correlation-id']);

const fit = (given: string | string[] | undefined): string | undefined =>
  typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : undefined;

/** What a request's target came to. */
export interface Located {
  base: string;
  path: readonly string[];
  query: Query;
  id: string;
}

/**
 * The request as a value with its body: a promise only where the method has a body. A large body without a valid token is
 * left out. Faults: `not-supported` (method), `invalid`, and those of readBody.
 */
export function fhirRequest(
  request: IncomingMessage,
  located: Located,
  limits: RequestLimits,
  clock: World['clock'],
  admit: BodyRules['admit'],
): FhirRequest | Promise<FhirRequest> {
  const { method = 'GET' } = request;
  if (!methods.has(method)) throw new Fault('not-supported', 'This method is not supported.', { headers: { allow } });
  if (request.rawHeaders.length > 2 * maxHeaders) throw new Fault('too-large', 'Too many header fields.');
  const { base, path, query, id } = located;
  const deadline = clock.now() + limits.requestTimeout;
  const headers = request.headers as FhirRequest['headers'];
  const value: FhirRequest = { method: method as Method, base, path, query, headers, id, deadline };
  if (!bodied.has(method)) return value;
  return bodyOf(request, path, limits, admit).then(body => (body ? { ...value, body } : value));
}

const allow = [...methods, 'OPTIONS'].join(', ');

async function bodyOf(
  request: IncomingMessage,
  path: readonly string[],
  { maxBody, maxUpload }: RequestLimits,
  admit: BodyRules['admit'],
): Promise<RequestBody | undefined> {
  const contentType = request.headers['content-type'] ?? '';
  if (isContent(request, path, contentType)) {
    return { kind: 'stream', bytes: streamBody(request, maxUpload), contentType };
  }
  const bytes = await readBody(request, { maxBytes: maxBody, admit });
  if (bytes === undefined) return undefined;
  await fairTurn();
  if (isForeignVersion(contentType)) throw new Fault('unsupported-media', 'This server speaks FHIR version 4.0 only.');
  if (takesForm(path) && isForm(contentType)) return { kind: 'form', parameters: parseForm(decodeUtf8(bytes)) };
  return bytes.length > 0 || contentType !== '' ? { kind: 'bytes', bytes, contentType } : undefined;
}

/** Content of a Binary in a format of its own. What could be a resource too must be looked at as a whole. */
function isContent({ method, headers }: IncomingMessage, path: readonly string[], contentType: string): boolean {
  if (path[0] !== 'Binary' || path.length > 2 || method === 'PATCH' || takesForm(path)) return false;
  return contentType !== '' && headers['content-length'] !== '0' && !formatOf(mediaType(contentType));
}

/** Searches and operations take a form; elsewhere a form is content like any other. */
function takesForm(path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  return last === '_search' || last.startsWith('$');
}
