/**
 * Bundles as JSON text: stored resources are joined in as they are, never parsed and written again.
 * https://hl7.org/fhir/R4/bundle.html
 */
import { Fault } from './fault.js';

export interface BundleLink {
  relation: 'self' | 'next' | 'previous' | 'first';
  url: string;
}

export interface BundleEntry {
  fullUrl?: string;
  /** JSON text of the resource. */
  json?: string;
  search?: { mode: 'match' | 'include' | 'outcome' };
  request?: { method: string; url: string };
  response?: { status: string; location?: string; etag?: string; lastModified?: string; outcome?: unknown };
}

export interface BundleHead {
  type: 'searchset' | 'history' | 'batch-response' | 'transaction-response' | 'collection';
  /** When it was made: an instant. */
  timestamp?: string;
  id?: string;
  total?: number;
  link?: readonly BundleLink[];
  meta?: unknown;
}

/** Characters of a Bundle's text before its entries: its links, which repeat percent-encoded parameters of the request. */
export function lengthOfHead(text: string): number {
  const entries = text.indexOf(',"entry":[');
  return entries < 0 ? text.length : entries;
}

/**
 * The text of a Bundle; `entry` is left out where there is none (an empty array is not allowed). The resources' texts are
 * most of it: they are listed, and copied once. Fault `too-costly` where they make more than one text can hold.
 */
export function bundleText(head: BundleHead, entries: readonly BundleEntry[]): string {
  const { id, meta, timestamp, type, total, link } = head;
  const start = JSON.stringify({ resourceType: 'Bundle', id, meta, type, timestamp, total, link });
  if (entries.length === 0) return start;
  const parts = [start.slice(0, -1), ',"entry":['];
  entries.forEach((entry, at) => addEntry(parts, at === 0 ? '{' : ',{', entry));
  parts.push(']}');
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > LONGEST) throw new Fault('too-costly', 'The answer would be too large; ask for less of it.');
  return parts.join('');
}

/** A text of V8 has 2^29 - 24 characters at most. */
const LONGEST = 500_000_000;

/** Three parts at most: a page is joined of as few as can be. */
function addEntry(parts: string[], start: string, { fullUrl, json, search, request, response }: BundleEntry): void {
  const address = fullUrl === undefined ? '' : `"fullUrl":${JSON.stringify(fullUrl)}`;
  let rest = '';
  if (search !== undefined) rest += `,"search":{"mode":"${search.mode}"}`;
  if (request !== undefined) rest += `,"request":${JSON.stringify(request)}`;
  if (response !== undefined) rest += `,"response":${JSON.stringify(response)}`;
  if (json !== undefined) parts.push(`${start}${address}${address === '' ? '' : ','}"resource":`, json, `${rest}}`);
  else parts.push(`${start}${address === '' ? rest.slice(1) : address + rest}}`);
}
