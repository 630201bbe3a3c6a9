/**
 * `application/x-www-form-urlencoded`: query strings, and the bodies of POST searches.
 * https://url.spec.whatwg.org/#application/x-www-form-urlencoded, read strictly
 */
import { Fault } from './fault.js';
import type { Query } from './request.js';

/** Characters of the longest form taken: hundreds of values, no book. */
const MAX_FORM = 100_000;

/** Name and value pairs in order, decoded. Faults: `too-large`; `invalid` for malformed percent-encoding, bytes that are no UTF-8, NUL. */
export function parseForm(text: string): Query {
  if (text === '') return [];
  if (text.length > MAX_FORM) throw new Fault('too-large', `The parameters take more than ${MAX_FORM} characters.`);
  return text
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

/** The pairs as text that `parseForm` reads. */
export const formText = (query: Query): string =>
  query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

function decode(text: string): string {
  const decoded = decoding(text.includes('+') ? text.replaceAll('+', ' ') : text);
  if (decoded.includes('\0')) throw malformed();
  return decoded;
}

function decoding(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed();
  }
}

const malformed = (): Fault =>
  new Fault('invalid', 'The parameters are not percent-encoded UTF-8.', { code: 'structure' });
