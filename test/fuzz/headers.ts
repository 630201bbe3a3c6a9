/** Header fields, right and odd. None comes on most requests: what is refused at the door hides what is behind it. */
import fc from 'fast-check';
import { oneIn } from './chance.js';
import { hostileText } from './hostile.js';

/** Values that headers may have on the wire. */
const headerText = hostileText.map(text => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 2000));

const either = (...known: string[]): fc.Arbitrary<string> => oneIn(4, headerText, fc.constantFrom(...known));

const field = (name: string, value: fc.Arbitrary<string>) => value.map(text => ({ [name]: text }));

const accept = [
  'application/fhir+json',
  'application/fhir+xml',
  '*/*',
  'text/html',
  'application/fhir+json;q=0',
  ',;,q=x',
];
const prefer = [
  'return=minimal',
  'handling=lenient',
  'handling=strict',
  'return=OperationOutcome',
  'return=x',
  '"',
  ';=,',
];
const tag = ['W/"1"', '"1"', '*', 'W/"', 'W/"1", W/"2"', '1'];

const anyField = fc.oneof(
  field('accept', either(...accept)),
  field('prefer', either(...prefer)),
  field('prefer', fc.constant('handling=lenient')),
  field('if-match', either(...tag)),
  field('if-none-match', either(...tag)),
  field('if-none-exist', either('identifier=x', '_id=fuzz-1', 'name=a&name=b', '?', 'identifier=%zz')),
  field('if-modified-since', either('Fri, 02 Jan 2026 03:04:05 GMT', '2020', 'Fri')),
  field('accept-language', either('ar', 'en;q=0.5, *;q=0')),
  field('x-request-id', either('a', 'a b')),
  field('x-http-method-override', either('DELETE', 'PUT')),
  field('origin', either('null', 'https://evil.example')),
  field('range', either('bytes=0-1', 'bytes=-1', 'bytes=9-1')),
  field('cookie', headerText),
  field('forwarded', headerText),
  field('x-forwarded-host', headerText),
  field('accept-encoding', headerText),
);

export const someHeaders: fc.Arbitrary<Record<string, string>> = oneIn(
  4,
  fc.array(anyField, { minLength: 1, maxLength: 8 }).map(all => Object.assign({}, ...all) as Record<string, string>),
  fc.constant({}),
);

const CONTENT_TYPES = [
  ...['application/fhir+json', 'application/json', 'application/fhir+xml', 'text/xml', 'application/json-patch+json'],
  ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'application/x-ndjson'],
  ...['application/fhir+json; charset=utf-16', 'application/fhir+json; fhirVersion=3.0', 'text/yaml', '*/*', ';', ''],
];

/** A content type in place of the one that fits, now and then. */
export const someType: fc.Arbitrary<string | undefined> = oneIn(
  20,
  oneIn(3, headerText, fc.constantFrom(...CONTENT_TYPES)),
  fc.constant(undefined),
);
