/** Ranges of a content. https://www.rfc-editor.org/rfc/rfc9110#section-14 */
import { Fault } from '../fhir/fault.js';
import type { FhirRequest } from '../fhir/request.js';

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** One range. Several ranges, other units and malformed ranges are answered with the whole content. */
const RANGE = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i;

/**
 * The range that a request names, of a content of so many bytes; undefined for the whole, also if If-Range names another
 * version. Fault `unsatisfiable` for a range outside the content.
 */
export function rangeOf({ method, headers }: FhirRequest, size: number, tag: string): ByteRange | undefined {
  const { range, 'if-range': condition } = headers;
  if (method !== 'GET' || range === undefined || (condition !== undefined && condition.trim() !== tag))
    return undefined;
  const [, first = '', last = ''] = RANGE.exec(range) ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) {
    const headers = { 'content-range': `bytes */${size}` };
    throw new Fault('unsatisfiable', `The content has ${size} bytes.`, { headers });
  }
  return { start, end };
}
