/** All FHIR endpoints: an HTTP request becomes a FhirRequest, the router's FhirResponse becomes an HTTP response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../fhir/clock.js';
import { Fault, isBreakdown } from '../fhir/fault.js';
import { asFault, faultResponse } from '../fhir/outcome.js';
import { parametersOf, type FhirRequest } from '../fhir/request.js';
import type { JsonObject } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import { negotiate, notAcceptable, wantsPage } from '../formats/media-type.js';
import type { AskedPage, MadePage, MakePage } from '../pages/resource/index.js';
import { createAdmission } from './admission.js';
import { discard } from './body.js';
import { correlationId, fhirRequest, requestId, type RequestLimits } from './request.js';
import type { WriteXml } from './body-text.js';
import { createRespond, type Envelope } from './respond.js';
import { decodePath, decodeQuery, splitTarget } from './target.js';

/** One FHIR endpoint as http/ sees it. */
export interface FhirBase {
  /** Mount path: `/fhir/portal`, `/fhir/customer/demo`. */
  path: string;
  /** Public base URL without a trailing slash. */
  url: string;
  /** The caller, if the request has a valid token: only then is a large body read. */
  callerOf(request: Pick<FhirRequest, 'headers' | 'query'>): Promise<string | undefined>;
  /** The router. Never rejects. */
  handle(request: FhirRequest): Promise<FhirResponse>;
  /** A document below `/.well-known/` of this base; undefined if there is none. */
  wellKnown?(name: string): JsonObject | undefined;
}

export interface FhirParts extends Pick<World, 'clock' | 'ids'> {
  bases: readonly FhirBase[];
  limits: RequestLimits;
  writeXml: WriteXml;
  /** Pages for people whose browser opens a FHIR address. */
  makePage: MakePage;
  /** An access token for whoever is signed in to the browser, for a page alone; undefined: nobody is. */
  pageToken(request: IncomingMessage): Promise<string | undefined>;
  /** Callers reach this server by https. */
  secure: boolean;
  /** Logs an unexpected error. */
  report(error: unknown, id: string): void;
  /** Logs a request that is refused before the router: without path and query, which may name a patient. */
  refused(line: { id: string; method: string; base: string; status: number; milliseconds: number }): void;
}

interface Exchange extends Envelope {
  /** Set where the answer is to be a page. */
  page?: AskedPage;
}

/** Before the request has named a format. */
const envelopeOf = (request: IncomingMessage, ids: World['ids']): Exchange => ({
  format: 'json',
  pretty: false,
  head: request.method === 'HEAD',
  id: requestId(request, ids),
  correlation: correlationId(request),
  crossOrigin: request.headers.origin !== undefined,
  codings: request.headers['accept-encoding'],
});

/** Handles a request below /fhir; false for any other path. */
export function createFhirHandler(parts: FhirParts): (request: IncomingMessage, response: ServerResponse) => boolean {
  const bases = new Map(parts.bases.map(base => [base.path, base]));
  const respond = createRespond(parts.writeXml, parts.secure);
  const admission = createAdmission(parts.limits.maxBody);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = parts.clock.now();
    const { method = 'GET' } = request;
    let answer: FhirResponse;
    const envelope = envelopeOf(request, parts.ids);
    let base = '';
    try {
      const found = locate(bases, request.url ?? '/');
      base = found.base.path;
      answer = await routed(found, request, response, envelope);
    } catch (error) {
      const fault = asFault(error);
      if (isBreakdown(fault)) parts.report(error, envelope.id);
      answer = faultResponse(fault);
      const milliseconds = parts.clock.now() - started;
      parts.refused({ id: envelope.id, method, base, status: answer.status, milliseconds });
    }
    const page = envelope.page && (await parts.makePage(answer, envelope.page));
    if (page) sendPage(response, answer, envelope, page);
    else await respond(response, answer, envelope);
  }

  async function routed(
    found: LocatedBase,
    request: IncomingMessage,
    response: ServerResponse,
    envelope: Exchange,
  ): Promise<FhirResponse> {
    if (request.method === 'OPTIONS') return preflight;
    const path = decodePath(found.rest);
    const [first, name = ''] = path;
    if (first === '.well-known') return wellKnown(found.base, request.method, path.length === 2 ? name : '');
    const sent = decodeQuery(found.search);
    const isPage = READING.has(request.method ?? '') && wantsPage(sent, request.headers.accept);
    const query = isPage ? sent.filter(([name]) => !OF_PAGES.has(name)) : sent;
    if (isPage) envelope.page = pageOf(request, found.base, path);
    const located = { base: found.base.url, path, query, id: envelope.id };
    const asked = { headers: request.headers as FhirRequest['headers'], query };
    const room = admission(() => found.base.callerOf(asked), response);
    const received = await fhirRequest(request, located, parts.limits, parts.clock, room.body);
    const value = { ...received, holdLarge: room.answer };
    if (isPage) return found.base.handle(await asSignedIn(value, request));
    const shape = negotiate(parametersOf(value), request.headers.accept);
    // A Binary is answered in its own format, whatever that is; an operation in the one that its parameter asks for.
    const isOther = first === 'Binary' || query.some(([name]) => name === '_outputFormat');
    if (shape === undefined && !isOther) throw notAcceptable();
    Object.assign(envelope, shape);
    if (value.body?.kind !== 'stream') return found.base.handle(value);
    const answer = await found.base.handle(value);
    discard(request, parts.limits.maxBody);
    return answer;
  }

  /** A page is made with the rights of whoever is signed in to the browser, where the request names nobody else. */
  async function asSignedIn(value: FhirRequest, request: IncomingMessage): Promise<FhirRequest> {
    const token = request.headers.authorization === undefined ? await parts.pageToken(request) : undefined;
    return token === undefined ? value : { ...value, headers: { ...value.headers, authorization: `Bearer ${token}` } };
  }

  return (request, response) => {
    if (!OURS.test(request.url ?? '')) return false;
    serve(request, response).catch((error: unknown) => {
      parts.report(error, '');
      response.destroy();
    });
    return true;
  };
}

/** Paths below /fhir, and request targets that are no path (an absolute address, `*`) and are refused. */
const OURS = /^(?:\/fhir(?:[/?]|$)|[^/])/;

const READING = new Set(['GET', 'HEAD']);

/** Parameters of pages, which FHIR does not know. */
const OF_PAGES = new Set(['lang', '_format']);

const pageOf = (request: IncomingMessage, { path, url }: FhirBase, segments: readonly string[]): AskedPage => ({
  base: { path, url },
  segments,
  address: request.url ?? '/',
  headers: request.headers,
});

/** Pages are for this browser alone: no other origin reads them. */
function sendPage(
  response: ServerResponse,
  { status, headers }: FhirResponse,
  { head, id }: Envelope,
  page: MadePage,
): void {
  const length = String(Buffer.byteLength(page.text));
  const own = { 'content-type': 'text/html; charset=utf-8', 'content-length': length, 'x-request-id': id };
  response.writeHead(status, {
    ...headers,
    ...page.headers,
    ...own,
    vary: 'accept, accept-language, authorization, cookie',
  });
  response.end(head ? undefined : page.text);
}

interface LocatedBase {
  base: FhirBase;
  /** What follows the base in the path: '' or '/…', not decoded. */
  rest: string;
  search: string;
}

/** `/fhir/customer/demo` has the most. */
const BASE_SEGMENTS = 3;

/** Where so many segments of a path end. */
function segmentsEnd(pathname: string, count: number): number {
  let end = 0;
  for (let i = 0; i < count && end >= 0; i++) end = pathname.indexOf('/', end + 1);
  return end < 0 ? pathname.length : end;
}

/** The longest base that leads the path. */
function locate(bases: ReadonlyMap<string, FhirBase>, url: string): LocatedBase {
  const { pathname, search } = splitTarget(url);
  for (let end = segmentsEnd(pathname, BASE_SEGMENTS); end > 0; end = pathname.lastIndexOf('/', end - 1)) {
    const base = bases.get(pathname.slice(0, end));
    if (base) return { base, rest: pathname.slice(end), search };
  }
  throw new Fault('not-found', 'There is no such endpoint; the page at / lists them.');
}

function wellKnown(base: FhirBase, method: string | undefined, name: string): FhirResponse {
  const document = base.wellKnown?.(name);
  if (document === undefined) throw new Fault('not-found', 'There is no such document.');
  if (method !== 'GET' && method !== 'HEAD') throw readOnly();
  const bytes = Buffer.from(JSON.stringify(document));
  return { status: 200, headers: {}, body: { kind: 'bytes', bytes, contentType: 'application/json' } };
}

const readOnly = (): Fault =>
  new Fault('not-supported', 'This document is read by GET.', { headers: { allow: 'GET, HEAD' } });

/** Any origin may ask, with a token of its own: no cookie means anything here, so none is allowed. */
const preflight: FhirResponse = {
  status: 204,
  headers: {
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers':
      'Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Match, If-None-Exist, If-Modified-Since, ' +
      'X-Request-Id, X-Correlation-Id, X-Provenance, X-Security-Context',
    'access-control-max-age': '86400',
  },
};
