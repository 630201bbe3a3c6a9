/** The request target, read strictly: what two readers could understand differently is refused (RFC 3986, RFC 9112 3.2). */
import { parseForm } from '../fhir/form.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';

export interface Target {
  /** Not decoded; begins with '/'. */
  pathname: string;
  /** Without '?'; '' if there is none. */
  search: string;
}

/** Splits a request target; Fault `invalid` where it is no absolute path. */
export function splitTarget(url: string): Target {
  if (!url.startsWith('/')) throw new Fault('invalid', 'The request target must be an absolute path.');
  const mark = url.indexOf('?');
  return mark < 0 ? { pathname: url, search: '' } : { pathname: url.slice(0, mark), search: url.slice(mark + 1) };
}

/**
 * Segments of what follows a base path ('' or '/…'), decoded. One trailing slash counts as none. Fault `invalid` for empty
 * segments, dot segments, encoded slashes, control characters and malformed encoding.
 */
export function decodePath(rest: string): string[] {
  const trimmed = rest.endsWith('/') ? rest.slice(0, -1) : rest;
  return trimmed === '' ? [] : trimmed.slice(1).split('/').map(decodeSegment);
}

/** Names and values of a query string, in order. */
export const decodeQuery = (search: string): Query => parseForm(search);

/** Slashes, backslashes and control characters. */
const AMBIGUOUS = /[/\\\u0000-\u001f\u007f-\u009f]/;

function decodeSegment(raw: string): string {
  const segment = raw.includes('%') ? unescaped(raw) : raw;
  if (segment === '' || segment === '.' || segment === '..' || AMBIGUOUS.test(segment)) throw malformed();
  return segment;
}

function unescaped(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw malformed();
  }
}

const malformed = (): Fault => new Fault('invalid', 'The path is malformed.', { code: 'structure' });
