/**
 * Media types of requests and answers: which are FHIR, in which version, and which one a caller wants.
 * https://hl7.org/fhir/R4/http.html#mime-type, RFC 9110 sections 8.3 and 12.5.1
 */
import { parse } from 'content-type';
import Negotiator from 'negotiator';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';

export type Format = 'json' | 'xml';

/** How an answer is written. */
export interface Shape {
  format: Format;
  pretty: boolean;
}

export const JSON_PATCH = 'application/json-patch+json';
const FORM = 'application/x-www-form-urlencoded';

/** The media types of answers, the preferred one first. */
const OWN: Readonly<Record<Format, string>> = { json: 'application/fhir+json', xml: 'application/fhir+xml' };
const OFFERED = Object.values(OWN);

const FORMATS = new Map<string, Format>([
  ['application/fhir+json', 'json'],
  ['application/json', 'json'],
  ['application/json+fhir', 'json'],
  ['text/json', 'json'],
  ['application/fhir+xml', 'xml'],
  ['application/xml', 'xml'],
  ['application/xml+fhir', 'xml'],
  ['text/xml', 'xml'],
]);

/** Short forms of `_format`. */
const SHORT: Readonly<Record<string, Format>> = { json: 'json', xml: 'xml' };

const VERSIONS = ['4.0', '4.0.1'];
const CHARSETS = /^(?:utf-?8|us-ascii)$/i;

/** Ranges of an Accept header that are read: a longer one costs time and means nothing. */
const MAX_RANGES = 50;

/** The media type without parameters, lower-case; '' where there is none. */
export const mediaType = (contentType: string): string => parse(contentType, { parameters: false }).type;

/** The FHIR format that this media type (without parameters) stands for; undefined for content of another kind. */
export const formatOf = (type: string): Format | undefined => FORMATS.get(type);

export const isForm = (contentType: string): boolean => mediaType(contentType) === FORM;

/** A media type of another FHIR version: `application/fhir+json; fhirVersion=3.0`. */
export const isForeignVersion = (contentType: string): boolean =>
  isForeign(contentType.includes(';') ? parse(contentType).parameters : {});

const isForeign = ({ fhirversion }: Readonly<Record<string, string>>): boolean =>
  fhirversion !== undefined && !VERSIONS.includes(fhirversion);

/** FHIR is UTF-8, whatever the media type: Fault `unsupported-media` for another charset. */
export function requireUtf8(contentType: string): void {
  const { charset } = parse(contentType).parameters;
  if (charset !== undefined && !CHARSETS.test(charset)) {
    throw new Fault('unsupported-media', 'FHIR is sent as UTF-8.');
  }
}

/** The media types of an Accept header, without parameters. */
export const acceptedTypes = (accept: string | undefined): string[] => rangesOf(accept ?? '').map(mediaType);

const rangesOf = (accept: string): string[] => accept.split(',', MAX_RANGES);

/**
 * The shape that a query and an Accept header ask for, `_format` before Accept; undefined where they ask for other formats
 * only. Fault `invalid` for a `_pretty` that is neither true nor false.
 */
export function negotiate(query: Query, accept: string | undefined): Shape | undefined {
  const named = valueOf(query, '_format');
  const format = named === undefined ? accepted(accept) : formatNamed(named);
  const pretty = valueOf(query, '_pretty') ?? 'false';
  if (pretty !== 'true' && pretty !== 'false') {
    throw new Fault('invalid', '_pretty must be true or false.', { code: 'value' });
  }
  return format && { format, pretty: pretty === 'true' };
}

const PAGE = 'text/html';

/** Whether a page for people is asked for, as browsers do: text/html before any format of FHIR. `_format` goes before Accept. */
export function wantsPage(query: Query, accept = ''): boolean {
  const named = valueOf(query, '_format');
  if (named !== undefined) return named === 'html' || mediaType(named) === PAGE;
  if (!accept.includes(PAGE)) return false;
  const headers = { accept: rangesOf(accept).join() };
  return new Negotiator({ headers }).mediaType([...OFFERED, PAGE]) === PAGE;
}

export const notAcceptable = (): Fault =>
  new Fault('not-acceptable', 'Answers come as application/fhir+json or application/fhir+xml, in FHIR version 4.0.');

const valueOf = (query: Query, name: string): string | undefined => query.find(([key]) => key === name)?.[1];

function formatNamed(text: string): Format | undefined {
  // In a query string, `+` of `fhir+json` reads as a space.
  const { type, parameters } = parse(text.replace(/^(\w+\/\w+) /, '$1+'));
  if (isForeign(parameters)) return undefined;
  return Object.hasOwn(SHORT, type) ? SHORT[type] : FORMATS.get(type);
}

function accepted(accept = ''): Format | undefined {
  if (accept === '' || accept === '*/*' || accept === 'application/fhir+json') return 'json';
  const ranges = rangesOf(accept).map(range => parse(range));
  // Only the parameters for FHIR version and quality count.
  const spoken = ranges.filter(({ parameters }) => !isForeign(parameters));
  const plain = spoken.map(({ type, parameters: { q = '1' } }) => `${offeredAs(type)};q=${q}`);
  const best = new Negotiator({ headers: { accept: plain.join() } }).mediaType(OFFERED);
  return best === undefined ? undefined : FORMATS.get(best);
}

/** The same range among the types that are offered: `text/xml` stands for application/fhir+xml, `text/*` for both. */
function offeredAs(range: string): string {
  const format = FORMATS.get(range);
  if (format) return OWN[format];
  return range === 'text/*' ? 'application/*' : range;
}
