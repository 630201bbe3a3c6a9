/** The current version of a resource, preconditions on it, and the headers that describe it. */
import { etag, namesVersion } from '../fhir/etag.js';
import { Fault } from '../fhir/fault.js';
import { httpDate, parseHttpDate } from '../fhir/instant.js';
import type { FhirResponse } from '../fhir/response.js';
import { boundedRead } from '../content/bounded-page.js';
import type { Context } from '../service.js';
import type { Key, Version } from '../store/port.js';

/** Type and id of an instance route. */
export function instanceKey({ route, partition }: Context): Key {
  const { type, id } = route;
  if (type === undefined || id === undefined) throw new Error('not an instance route');
  return { partition, type, id };
}

/** The current version (a deletion too), if the actor may see it. */
export async function current(context: Context, key: Key): Promise<Version | undefined> {
  return boundedRead(async () => (await context.store.read([key]))[0], context.request);
}

/** The current version of a live resource. Faults `not-found`, `gone`. */
export async function existing(context: Context, key: Key): Promise<Version> {
  const version = await current(context, key);
  if (!version) throw absent(key);
  if (version.deleted) throw gone(context, version, `${key.type}/${key.id} has been deleted.`);
  return version;
}

/** Absent and hidden resources get the same answer. */
export const absent = ({ type, id }: Key): Fault => new Fault('not-found', `There is no ${type}/${id}.`);

/** A deletion is a version: the answer names it. */
export const gone = (context: Context, version: Version, message: string): Fault =>
  new Fault('gone', message, { headers: versionHeaders(context, version) });

export function versionHeaders(context: Context, { key, version, at }: Version): Record<string, string> {
  const tag = versioningOf(context, key) === 'no-version' ? {} : { etag: etag(version) };
  return { ...tag, 'last-modified': httpDate(at) };
}

const versioningOf = ({ endpoint }: Context, { type }: Key) => endpoint.resources.get(type)?.versioning;

export const location = (context: Context, { key, version }: Version): string =>
  `${context.endpoint.url}/${key.type}/${key.id}/_history/${version}`;

/** The headers of a version whose whole content is in the answer: Content-Location says where it stays (RFC 9110 8.7). */
export function contentHeaders(context: Context, version: Version): Record<string, string> {
  const headers = versionHeaders(context, version);
  if (headers['etag'] !== undefined) headers['content-location'] = location(context, version);
  return headers;
}

/**
 * If-Match: https://hl7.org/fhir/R4/http.html#concurrency. Fault `precondition` if it names another version. A
 * request that restores a deleted resource may name the deletion; `*` stands for any live version.
 */
export function checkIfMatch(context: Context, version: Version | undefined): void {
  const header = context.request.headers['if-match'];
  if (header === undefined) {
    refuseBlind(context, version);
    return;
  }
  const named = namesVersion(header, 'If-Match', version?.version ?? '');
  if (named && version && !(version.deleted && header.trim() === '*')) return;
  throw new Fault('precondition', 'If-Match does not name the current version.');
}

function refuseBlind(context: Context, version: Version | undefined): void {
  if (!version || version.deleted || versioningOf(context, version.key) !== 'versioned-update') return;
  throw new Fault('precondition', 'A change must name the current version by If-Match here.');
}

/** If-None-Match: * on a write: the resource must not exist. */
export function checkIfNoneMatch(context: Context, version: Version | undefined): void {
  const header = context.request.headers['if-none-match'];
  if (header === undefined || version === undefined || version.deleted) return;
  if (namesVersion(header, 'If-None-Match', version.version)) {
    throw new Fault('precondition', 'If-None-Match: the resource exists already.');
  }
}

/**
 * Conditional read, if the endpoint declares it: https://hl7.org/fhir/R4/http.html#cread. If-None-Match takes precedence over
 * If-Modified-Since (RFC 9110).
 */
export function notModified(context: Context, version: Version): FhirResponse | undefined {
  if (!context.endpoint.resources.get(version.key.type)?.conditionalRead) return undefined;
  const { 'if-none-match': tags, 'if-modified-since': since } = context.request.headers;
  const same =
    tags !== undefined
      ? namesVersion(tags, 'If-None-Match', version.version)
      : since !== undefined && Math.floor(version.at / 1000) * 1000 <= (parseHttpDate(since) ?? -Infinity);
  return same ? { status: 304, headers: versionHeaders(context, version), at: version.at } : undefined;
}
