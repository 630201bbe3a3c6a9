/** Express → FhirRequest. https://hl7.org/fhir/R4/http.html */
import type { IncomingMessage } from 'node:http';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { FhirRequest, Method, Query, RequestBody } from '../fhir/request.js';
import { readBody } from './body.js';
import { isForeignVersion } from './negotiate.js';

export interface RequestLimits {
  /** Bytes, after decompression. */
  maxBody: number;
  /** Milliseconds from the arrival of the headers to the end of work. */
  requestTimeout: number;
}

const methods = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] satisfies Method[]);

/** Methods whose body means something. */
const bodied = new Set<string>(['POST', 'PUT', 'PATCH'] satisfies Method[]);

/** Fields a caller may send; Node drops what is above its own limit without a word, so its limit is off. */
const maxHeaders = 100;

/** The caller's X-Request-Id where it is fit for logs and headers, else a new one. */
export function requestId(request: IncomingMessage, ids: World['ids']): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : ids.next();
}

/** What a request's target came to. */
export interface Located {
  base: string;
  path: readonly string[];
  query: Query;
  id: string;
}

/** The request as a value, body read. Faults: `not-supported` (method), `invalid`, and those of readBody. */
export async function fhirRequest(
  request: IncomingMessage,
  located: Located,
  limits: RequestLimits,
  clock: World['clock'],
): Promise<FhirRequest> {
  const { method = 'GET' } = request;
  if (!methods.has(method)) throw new Fault('not-supported', 'This method is not supported.', { headers: { allow } });
  if (request.rawHeaders.length > 2 * maxHeaders) throw new Fault('too-large', 'Too many header fields.');
  const deadline = clock.now() + limits.requestTimeout;
  const body = bodied.has(method) ? await bodyOf(request, limits.maxBody) : undefined;
  return {
    method: method as Method,
    ...located,
    headers: request.headers as FhirRequest['headers'],
    ...(body ? { body } : {}),
    deadline,
  };
}

const allow = [...methods, 'OPTIONS'].join(', ');

async function bodyOf(request: IncomingMessage, maxBody: number): Promise<RequestBody | undefined> {
  const contentType = request.headers['content-type'] ?? '';
  const bytes = await readBody(request, maxBody);
  if (isForeignVersion(contentType)) throw new Fault('unsupported-media', 'This server speaks FHIR version 4.0 only.');
  return bytes.length > 0 || contentType !== '' ? { kind: 'bytes', bytes, contentType } : undefined;
}
