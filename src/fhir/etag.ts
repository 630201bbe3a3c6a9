/** Versions as weak entity tags. https://hl7.org/fhir/R4/http.html#versioning, RFC 9110 section 8.8.3 */
import { Fault } from './fault.js';

export const etag = (version: number | string): string => `W/"${version}"`;

/** Whether the header names this version, or any. Fault `invalid` if malformed. */
export function namesVersion(header: string, name: string, version: number | string): boolean {
  const tags = parseEtags(header, name);
  return tags === '*' || tags.includes(String(version));
}

const LIST = /^(?:W\/)?"[^"\\\p{Cc}]*"(?:\s*,\s*(?:W\/)?"[^"\\\p{Cc}]*")*$/u;

/** The version ids a header names; '*' for any. Fault `invalid` if malformed. */
export function parseEtags(header: string, name: string): string[] | '*' {
  const text = header.trim();
  if (text === '*') return '*';
  if (!LIST.test(text)) {
    throw new Fault('invalid', `${name} must be a list of entity tags such as W/"1".`, { code: 'value' });
  }
  return [...text.matchAll(/"([^"]*)"/g)].map(match => match[1] ?? '');
}
