/** One entry of a batch or transaction as a request, and its answer as an entry. https://hl7.org/fhir/R4/http.html#transaction */
import { STATUS_CODES } from 'node:http';
import type { BundleEntry } from '../fhir/bundle.js';
import { Fault } from '../fhir/fault.js';
import { parseForm } from '../fhir/form.js';
import { httpDate, instant, parseInstant } from '../fhir/instant.js';
import { asFault, issuesOf, outcomeOf } from '../fhir/outcome.js';
import type { FhirRequest, Method, Query, RequestBody } from '../fhir/request.js';
import { isObject, type JsonObject, type Resource } from '../fhir/resource.js';
import type { FhirResponse } from '../fhir/response.js';
import type { Context, HandlerParts } from '../service.js';
import type { Validator } from '../validate/validator.js';
import { defined } from '../fhir/defined.js';

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

export type EntryParts = Pick<HandlerParts, 'limits' | 'validator'>;

/** The entries of a Bundle. Faults: `invalid`, with the expression of the entry; `too-costly` for too many. */
export function entriesOf(bundle: Resource, context: Context, { limits, validator }: EntryParts): (Entry | Fault)[] {
  const entries = bundle['entry'] ?? [];
  if (!Array.isArray(entries)) throw new Fault('invalid', 'Bundle.entry is no array.', { expression: 'Bundle.entry' });
  const { maxEntries } = limits;
  if (entries.length > maxEntries) throw new Fault('too-costly', `A Bundle may have ${maxEntries} entries at most.`);
  return entries.map((entry, index) => {
    const read = parsed(entry, index, context.endpoint.url);
    return read instanceof Fault ? read : (misshapen(objectOf(entry), index, validator) ?? read);
  });
}

function parsed(entry: unknown, index: number, base: string): Entry | Fault {
  const { resource, fullUrl, ...further } = objectOf(entry);
  const request = objectOf(further['request']);
  const { method, url } = request;
  if (typeof method !== 'string' || typeof url !== 'string' || !METHODS.has(method)) {
    return entryFault(index, 'The entry has no request with method and url.');
  }
  const place = placeOf(url, base);
  if (!place) return entryFault(index, 'The url of the entry is not well-formed, or not of this endpoint.');
  if (resource !== undefined && !isResource(resource)) return entryFault(index, 'What the entry holds is no resource.');
  return {
    index,
    method: method as Method,
    ...place,
    headers: headersOf(request),
    ...defined({ fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined, resource }),
  };
}

/** An unknown element is refused, not ignored: it may be a misspelt condition, which is there to prevent something. */
function misshapen(
  { resource: _resource, fullUrl: _fullUrl, request, ...others }: JsonObject,
  index: number,
  validator: Validator,
): Fault | undefined {
  const { url: _url, ...conditions } = objectOf(request);
  try {
    validator.assertShape({ resourceType: 'Bundle', entry: [{ ...others, request: conditions }] });
    return undefined;
  } catch (error) {
    const fault = asFault(error);
    const issues = issuesOf(fault).map(issue => ({
      ...issue,
      ...defined({ expression: issue.expression?.replace('entry[0]', `entry[${index}]`) }),
    }));
    return new Fault(fault.kind, fault.message, { issues, cause: error });
  }
}

export const isRead = ({ method }: Entry): boolean => method === 'GET' || method === 'HEAD';

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** An object with type and id, which is all that handlers read before the shape is checked. */
function isResource(value: unknown): value is Resource {
  const { resourceType, id } = objectOf(value);
  return typeof resourceType === 'string' && (id === undefined || typeof id === 'string');
}

export const entryFault = (index: number, message: string): Fault =>
  new Fault('invalid', message, { code: 'invalid', expression: `Bundle.entry[${index}].request` });

/** The fault of an entry as the fault of the Bundle: its issues name the entry and the place in it. */
export function within({ index }: Entry, error: unknown): Fault {
  const fault = asFault(error);
  if (fault.kind === 'exception') return fault;
  const issues = issuesOf(fault).map(issue => ({
    ...issue,
    diagnostics: `Entry ${index}: ${issue.diagnostics}`,
    expression: `Bundle.entry[${index}]${placeWithin(issue.expression)}`,
  }));
  // Other headers describe the entry (such as the version of a deleted resource), not the Bundle.
  const { 'retry-after': retry } = fault.detail.headers ?? {};
  const headers = retry === undefined ? {} : { headers: { 'retry-after': retry } };
  return new Fault(fault.kind, fault.message, {
    ...{ issues, cause: fault, ...headers },
    ...defined({ because: fault.detail.because }),
  });
}

/** `Patient.name` is in the entry's resource, `http.name` (a search parameter) in its request. */
function placeWithin(expression: string | undefined): string {
  if (expression === undefined) return '';
  const [, root = '', below = ''] = /^(\w+)(.*)$/s.exec(expression) ?? [];
  return root === 'http' ? '.request' : `.resource${below}`;
}

function placeOf(url: string, base: string): { path: string[]; query: Query } | undefined {
  const own = url.startsWith(base) && /^(?:[/?]|$)/.test(url.slice(base.length));
  const relative = (own ? url.slice(base.length) : url).replace(/^\//, '');
  if (/^[a-z][a-z0-9+.-]*:/i.test(relative)) return undefined;
  const [, path = '', query = ''] = /^([^?]*?)\/?(?:\?(.*))?$/s.exec(relative) ?? [];
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
      return typeof value === 'string' ? [[header, element === 'ifModifiedSince' ? headerDate(value) : value]] : [];
    }),
  );
}

/** A Bundle has an instant where a header has an HTTP date. */
function headerDate(text: string): string {
  const at = parseInstant(text);
  return at === undefined ? text : httpDate(at);
}

/** What a transaction gives an entry: see fhir/request.ts. */
export type Assigned = Pick<
  Extract<RequestBody, { kind: 'resource' }>,
  'assignId' | 'expectedReferences' | 'deletedBefore'
>;

/** Headers of the Bundle that hold for each of its entries. */
const SHARED = ['accept-language', 'prefer', 'x-provenance'] as const;

/** The request this entry stands for. */
export function requestOf(entry: Entry, context: Context, assigned: Assigned = {}): FhirRequest {
  const { request, endpoint } = context;
  const shared = SHARED.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    method: entry.method,
    base: endpoint.url,
    path: entry.path,
    query: entry.query,
    headers: { accept: 'application/fhir+json', ...Object.fromEntries(shared), ...entry.headers },
    id: `${request.id}.${entry.index}`,
    deadline: request.deadline,
    ...defined({ holdLarge: request.holdLarge }),
    ...(entry.resource && { body: { kind: 'resource', resource: entry.resource, ...assigned } }),
  };
}

/** An answer as a response entry. The OperationOutcome of a refusal or a write stands in `response.outcome`. */
export function responseEntry(response: FhirResponse, entry?: Entry): BundleEntry {
  const { status, headers, body, at, warnings = [] } = response;
  const resource = body?.kind === 'resource' ? body.resource : undefined;
  const report = resource && (status >= 400 || isReport(resource, entry)) ? resource : undefined;
  const outcome = report ?? (warnings.length > 0 ? outcomeOf(warnings) : undefined);
  const json = report || entry?.method === 'HEAD' ? undefined : textOf(body);
  return {
    ...defined({ json }),
    response: {
      status: statusLine(status),
      ...defined({
        location: headers['location'],
        etag: headers['etag'],
        lastModified: at === undefined ? undefined : instant(at),
        outcome,
      }),
    },
  };
}

/** `201 Created`: clients read the number, people the words. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response.status */
const statusLine = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();

function textOf(body: FhirResponse['body']): string | undefined {
  if (body?.kind === 'json') return body.text;
  return body?.kind === 'resource' ? JSON.stringify(body.resource) : undefined;
}

/** Whether an OperationOutcome reports on a write (`return=OperationOutcome`); the outcome of an operation is its result. */
const isReport = ({ resourceType }: Resource, entry: Entry | undefined): boolean =>
  resourceType === 'OperationOutcome' &&
  entry !== undefined &&
  entry.method !== 'GET' &&
  !entry.path.some(segment => segment.startsWith('$'));
