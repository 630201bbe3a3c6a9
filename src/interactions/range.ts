/** The part of a content that a request asks for. https://www.rfc-editor.org/rfc/rfc9110#section-14 */
import { Fault } from '../fhir/fault.js';
import type { FhirRequest } from '../fhir/request.js';

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** One range; of several, of other units and of what is malformed the whole is sent. */
const RANGE = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i;

/**
 * The one range that is asked for of so many bytes; undefined for the whole. A range of another version (If-Range) is not
 * one of this. Fault `unsatisfiable` for a range that lies outside.
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
