/** One entry of a batch or transaction as a request, and its answer as an entry. https://hl7.org/fhir/R4/http.html#transaction */
import type { BundleEntry } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { parseForm } from '../fhir/form.js';
import type { FhirRequest, Method, Query } from '../fhir/request.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Context } from '../service.js';

/** An entry as sent, checked for its form. */
export interface Entry {
  index: number;
  fullUrl?: string;
  method: Method;
  path: string[];
  query: Query;
  headers: Record<string, string>;
  resource?: Resource;
}

const METHODS = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Header ↔ element of Bundle.entry.request. */
const CONDITIONS = [
  ['ifMatch', 'if-match'],
  ['ifNoneMatch', 'if-none-match'],
  ['ifModifiedSince', 'if-modified-since'],
  ['ifNoneExist', 'if-none-exist'],
] as const;

/** The entries of a Bundle. Faults: `invalid`, with the expression of the entry; `too-costly` for too many. */
export function entriesOf(bundle: Resource, context: Context): (Entry | Fault)[] {
  const entries = (bundle['entry'] ?? []) as JsonObject[];
  if (!Array.isArray(entries)) throw new Fault('invalid', 'Bundle.entry is no array.', { expression: 'Bundle.entry' });
  const { maxEntries } = context.services.limits;
  if (entries.length > maxEntries) throw new Fault('too-costly', `A Bundle may have ${maxEntries} entries at most.`);
  return entries.map((entry, index) => parsed(entry, index, context.endpoint.url));
}

function parsed(entry: JsonObject, index: number, base: string): Entry | Fault {
  const request = entry['request'] as JsonObject | undefined;
  const { method, url } = request ?? {};
  if (typeof method !== 'string' || typeof url !== 'string' || !METHODS.has(method)) {
    return entryFault(index, 'The entry has no request with method and url.');
  }
  const place = placeOf(url, base);
  if (!place) return entryFault(index, 'The url of the entry is not well-formed, or not of this endpoint.');
  const { resource, fullUrl } = entry;
  return {
    index,
    method: method as Method,
    ...place,
    headers: headersOf(request ?? {}),
    ...(typeof fullUrl === 'string' ? { fullUrl } : {}),
    ...(resource === undefined ? {} : { resource: resource as Resource }),
  };
}

export const entryFault = (index: number, message: string): Fault =>
  new Fault('invalid', message, { code: 'invalid', expression: `Bundle.entry[${index}].request` });

function placeOf(url: string, base: string): { path: string[]; query: Query } | undefined {
  const relative = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, '');
  if (/^[a-z][a-z0-9+.-]*:/i.test(relative)) return undefined;
  const [path = '', query = ''] = relative.split('?', 2);
  try {
    return { path: path === '' ? [] : path.split('/').map(decodeURIComponent), query: parseForm(query) };
  } catch {
    return undefined;
  }
}

function headersOf(request: JsonObject): Record<string, string> {
  return Object.fromEntries(
    CONDITIONS.flatMap(([element, header]) => {
      const value = request[element];
      return typeof value === 'string' ? [[header, value]] : [];
    }),
  );
}

/** The request this entry stands for; `Prefer` is the Bundle's own. */
export function requestOf(entry: Entry, context: Context, assignId?: string): FhirRequest {
  const { request, endpoint } = context;
  const { prefer } = request.headers;
  return {
    method: entry.method,
    base: endpoint.url,
    path: entry.path,
    query: entry.query,
    headers: { accept: 'application/fhir+json', ...(prefer === undefined ? {} : { prefer }), ...entry.headers },
    id: `${request.id}.${entry.index}`,
    deadline: request.deadline,
    ...(entry.resource
      ? { body: { kind: 'resource', resource: entry.resource, ...(assignId === undefined ? {} : { assignId }) } }
      : {}),
  };
}

/** An answer as a response entry. Errors carry their OperationOutcome in `response.outcome`. */
export function responseEntry(response: FhirResponse): BundleEntry {
  const { status, headers, body } = response;
  const failed = status >= 400;
  const json =
    body?.kind === 'json' ? body.text : body?.kind === 'resource' ? JSON.stringify(body.resource) : undefined;
  const modified = headers['last-modified'];
  return {
    ...(json !== undefined && !failed ? { json } : {}),
    response: {
      status: String(status),
      ...(headers['location'] === undefined ? {} : { location: headers['location'] }),
      ...(headers['etag'] === undefined ? {} : { etag: headers['etag'] }),
      ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
      ...(failed && body?.kind === 'resource' ? { outcome: body.resource } : {}),
    },
  };
}
