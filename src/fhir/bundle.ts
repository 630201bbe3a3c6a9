/**
 * Bundles as JSON text: stored resources are joined in as they are, never parsed and written again.
 * https://hl7.org/fhir/R4/bundle.html
 */

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

/** The text of a Bundle; `entry` is left out where there is none (an empty array is not allowed). */
export function bundleText(head: BundleHead, entries: readonly BundleEntry[]): string {
  const { id, meta, timestamp, type, total, link } = head;
  const start = JSON.stringify({ resourceType: 'Bundle', id, meta, type, timestamp, total, link });
  if (entries.length === 0) return start;
  return `${start.slice(0, -1)},"entry":[${entries.map(entryText).join(',')}]}`;
}

function entryText({ fullUrl, json, search, request, response }: BundleEntry): string {
  let text = '';
  if (fullUrl !== undefined) text += `,"fullUrl":${JSON.stringify(fullUrl)}`;
  if (json !== undefined) text += `,"resource":${json}`;
  if (search !== undefined) text += `,"search":{"mode":"${search.mode}"}`;
  if (request !== undefined) text += `,"request":${JSON.stringify(request)}`;
  if (response !== undefined) text += `,"response":${JSON.stringify(response)}`;
  return `{${text.slice(1)}}`;
}
