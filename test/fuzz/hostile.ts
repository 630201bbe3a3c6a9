/** Texts, names and values that have broken servers. */
import fc from 'fast-check';
import { oneIn } from './chance.js';

const repeat = (text: string, times: number): string => text.repeat(times);

export const hostileTexts: readonly string[] = [
  ...['', ' ', '\t', '\u0000', 'a\u0000b', '\r\n', 'a\r\nSet-Cookie: x=1', '\ufeff', '\u202e', '\u2028'],
  ...['\ud800', 'a\udc00b', '𝒳', '👩‍👩‍👧', 'İ', 'ß', 'ﬁ', '１２７', 'Ä\u0308', '\u0301'],
  ...['%', '_', '*', '\\', "'", '"', '`', '$', '|', ',', '\\,', '\\\\', 'a|b|c', '||', '|x', 'x|', '$$', 'a$b$c'],
  ...["' OR 1=1 --", "'; DROP TABLE posting; --", '" OR ""="', 'x%', '%25', '%00', '%c0%af', '%', '%zz', '..%2f..'],
  ...['{{7*7}}', '${7*7}', '<%= 7*7 %>', '<script>alert(1)</script>', '../../etc/passwd', '{"$ne":null}', '$where'],
  ...['(a+)+$', '.*.*.*.*', repeat('a', 300) + '!', repeat('*', 500), repeat('(', 200), repeat('\u0301', 1000)],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'Infinity'],
  ...['-0', '0', '00', '1e400', '-1e400', '1e-400', '1.00', '99999999999999999999', '0x10', '1_000', '+1', '.5', '5.'],
  ...['9223372036854775808', '-9223372036854775809', '1e309', '1E+2', '2147483648', '18446744073709551616'],
  ...['2020', '2020-13', '2020-02-30', '0000', '9999-12-31T23:59:59Z', '2020-01-01T24:00:00Z', '-2020', '2020-1-1'],
  ...['2020-01-01T00:00:00+99:99', '10000-01-01', '2016-12-31T23:59:60Z', 'ge', 'gt gt', 'ap2020', 'sa', 'eb1e5'],
  ...['Patient/', '/Patient/1', 'Patient/1/_history/', 'Patient/../x', '#', '#x', 'urn:uuid:', 'urn:oid:1.2', 'x:y'],
  ...['http://', 'https://example.org/Patient/1', 'http://[::1', 'javascript:alert(1)', 'Patient/1|2', 'patient/1'],
  ...['Patient/' + repeat('a', 65), 'Patient?name=x', 'Patient/1#x', 'Patient/1?x', '%50atient/1', 'Patient/1.'],
];

export const hostileNames: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', '$where', '$ne', 'a.b', '_', '__', '', ' ', '\u0000', '0'],
  ...['_id', '_name', 'resourceType', 'id', 'meta', 'contained', 'extension', 'modifierExtension', 'fhir_comments'],
  ...['text', 'div', 'value', 'valueString', 'valueQuantity', 'reference', 'length', 'rawJSON', 'toJSON', 'then'],
];

const raw = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

function nested(depth: number, list: boolean): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at++) value = list ? [value] : { extension: value };
  return value;
}

const values: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    [],
    {},
    [null],
    [[]],
    [{}],
    { resourceType: 'Patient' },
    { a: null },
    [1, 'a', {}],
  ],
  ...['1e400', '-0', '1.00', '0.1000', '12345678901234567890', '1e5', '-1E-7', '1e-400', '1.0e0'].map(raw),
  ...[nested(20, true), nested(20, false), nested(70, true), nested(70, false)],
  ...[Array.from({ length: 3000 }, () => 0), Array.from({ length: 500 }, () => ({ url: 'x', valueString: 'y' }))],
  ...[{ rawJSON: '1' }, { toJSON: 1 }, { then: 1 }, { length: -1 }, { reference: { reference: 'x' } }],
  ...[{ $gt: '' }, { $ne: null }, { $where: 'sleep(1000)' }, { __proto__x: 1 }, JSON.parse('{"__proto__":{"x":1}}')],
  Object.fromEntries(Array.from({ length: 500 }, (_one, at) => [String(at), at])),
  'x'.repeat(20_000),
  `<div xmlns="http://www.w3.org/1999/xhtml">${'<p>'.repeat(300)}`,
  `<div xmlns="http://www.w3.org/1999/xhtml"><!DOCTYPE x [<!ENTITY a "b">]>&a;<script>1</script></div>`,
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
);

export const hostileName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostileNames) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...values) },
  { weight: 3, arbitrary: hostileText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** A path or query part that is encoded as it should be, or hardly, or twice. */
export const encoded = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, oneIn(6, fc.constantFrom(twice, hardly), fc.constant(well)))
    .map(([value, encode]) => encode(value.toWellFormed()));

const well = (text: string): string => encodeURIComponent(text);
const twice = (text: string): string => encodeURIComponent(encodeURIComponent(text));
const hardly = (text: string): string => text.replace(/[^\x21-\x7e]|[?#&/]/gu, found => encodeURIComponent(found));
