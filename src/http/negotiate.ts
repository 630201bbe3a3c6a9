/**
 * Which format the answer takes: `_format` before Accept. https://hl7.org/fhir/R4/http.html#mime-type
 */
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';

export type Format = 'json' | 'xml';

/** How the answer is written. */
export interface Shape {
  format: Format;
  pretty: boolean;
}

const formats = new Map<string, Format>([
  ['json', 'json'],
  ['application/json', 'json'],
  ['application/fhir+json', 'json'],
  ['application/json+fhir', 'json'],
  ['text/json', 'json'],
  ['xml', 'xml'],
  ['application/xml', 'xml'],
  ['application/fhir+xml', 'xml'],
  ['application/xml+fhir', 'xml'],
  ['text/xml', 'xml'],
]);

/** Media ranges without a slash are `_format` short forms, no Accept values. */
const isRange = (name: string): boolean => name.includes('/');

/**
 * The shape that a query and an Accept header ask for; undefined where they ask for other formats only.
 * Fault `invalid` for a `_pretty` that is neither true nor false.
 */
export function negotiate(query: Query, accept: string | undefined): Shape | undefined {
  const asked = valueOf(query, '_format');
  // In a query string, `+` of `fhir+json` reads as a space.
  const format = asked === undefined ? accepted(accept) : fromMediaType(asked.replace(/^(\w+\/\w+) /, '$1+'));
  const pretty = valueOf(query, '_pretty') ?? 'false';
  if (pretty !== 'true' && pretty !== 'false') {
    throw new Fault('invalid', '_pretty must be true or false.', { code: 'value' });
  }
  return format && { format, pretty: pretty === 'true' };
}

export const notAcceptable = (): Fault =>
  new Fault('not-acceptable', 'Answers come as application/fhir+json or application/fhir+xml, in FHIR version 4.0.');

/** A media type of another FHIR version: `application/fhir+json; fhirVersion=3.0`. */
export function isForeignVersion(mediaType: string): boolean {
  const version = /;\s*fhirVersion\s*=\s*"?([^";\s]*)/i.exec(mediaType)?.[1];
  return version !== undefined && version !== '4.0' && version !== '4.0.1';
}

function valueOf(query: Query, name: string): string | undefined {
  return query.find(([key]) => key === name)?.[1];
}

function fromMediaType(text: string): Format | undefined {
  return isForeignVersion(text) ? undefined : formats.get(mediaTypeOf(text));
}

interface Wish {
  format: Format;
  quality: number;
  /** 2 for a media type, 1 for all of a kind, 0 for any: the narrowest range decides (RFC 9110 12.5.1). */
  narrowness: number;
}

function accepted(accept: string | undefined): Format | undefined {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/fhir+json') return 'json';
  const wishes = new Map<Format, Wish>();
  for (const wish of accept.split(',', 50).flatMap(wishesOf)) {
    const before = wishes.get(wish.format);
    const narrower = wish.narrowness - (before?.narrowness ?? -1);
    if (narrower > 0 || (narrower === 0 && wish.quality > (before?.quality ?? 0))) wishes.set(wish.format, wish);
  }
  let best: Wish | undefined;
  for (const wish of wishes.values()) if (wish.quality > (best?.quality ?? 0)) best = wish;
  return best?.format;
}

function wishesOf(range: string): Wish[] {
  const name = mediaTypeOf(range);
  const quality = qualityOf(range);
  const narrowness = ANY.get(name);
  if (narrowness !== undefined) {
    return [
      { format: 'json', quality, narrowness },
      { format: 'xml', quality, narrowness },
    ];
  }
  const format = isRange(name) ? fromMediaType(range) : undefined;
  return format === undefined ? [] : [{ format, quality, narrowness: 2 }];
}

const ANY = new Map([
  ['*/*', 0],
  ['application/*', 1],
  ['text/*', 1],
]);

const mediaTypeOf = (text: string): string => (text.split(';', 1)[0] ?? '').trim().toLowerCase();

function qualityOf(range: string): number {
  const quality = Number(/;\s*q\s*=\s*([\d.]+)/i.exec(range)?.[1] ?? 1);
  return Number.isFinite(quality) ? quality : 0;
}
