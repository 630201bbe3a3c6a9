/** Query strings of all declared parameters, their modifiers, prefixes and chains, with values right and wrong. */
import type { CapabilityStatement } from 'fhir/r4.js';
import fc from 'fast-check';
import { encoded, hostileName, hostileText } from './hostile.js';

export interface Declared {
  type: string;
  params: readonly { name: string; type: string }[];
}

export const declaredIn = (statement: CapabilityStatement): Declared[] =>
  (statement.rest?.[0]?.resource ?? []).map(({ type, searchParam = [] }) => ({
    type,
    params: searchParam.map(({ name, type: kind }) => ({ name, type: kind })),
  }));

const fit: Readonly<Record<string, readonly string[]>> = {
  string: ['smith', 'Dana', 'a', 'Whitfield,Lind'],
  token: ['male', 'final', 'http://loinc.org|8480-6', '|x', 'http://loinc.org|', 'true', 'completed,final'],
  date: ['2020', 'ge2020-01', 'lt2021-01-01', 'ap2020-01-01T00:00:00Z', 'sa2019,eb2018', 'ne2020-02-02'],
  reference: ['Patient/demo-patient', 'demo-patient', 'Practitioner/demo-clinician', 'Patient/a,Patient/b'],
  quantity: ['5', 'gt5|http://unitsofmeasure.org|mg', 'ap68.4||kg', 'le1e3', '128|http://unitsofmeasure.org|mm[Hg]'],
  number: ['1', 'gt0.5', 'le-3', '1e2'],
  uri: ['http://example.org/x', 'urn:oid:1.2.3'],
  composite: ['8480-6$gt100', 'http://loinc.org|8480-6$5', 'a$b$c'],
  special: ['subject eq "Patient/1" or (status eq final and not date gt 2020)', 'x'],
};

const modifiers = [
  ...[
    ':exact',
    ':contains',
    ':not',
    ':missing',
    ':text',
    ':identifier',
    ':in',
    ':not-in',
    ':above',
    ':below',
    ':of-type',
  ],
  ...[
    ':Patient',
    ':Practitioner',
    ':Nope',
    ':iterate',
    ':',
    '::',
    ':exact:exact',
    ':__proto__',
    ':constructor',
    ':toString',
  ],
];

const PREFIXES = ['', '', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'xx'];

const filters = [
  ...[
    'name eq "x"',
    'not (not (not (name co "a")))',
    '((((((((((((status pr true',
    'status eq',
    '"',
    '()',
    'and',
    'a b c',
  ],
  ...[
    'name co "' + 'a'.repeat(500),
    'birthdate gt 2020 and '.repeat(300),
    '('.repeat(2000),
    'not '.repeat(2000) + 'a eq b',
  ],
  ...['_filter eq "x"', '__proto__ eq x', 'name __proto__ x', 'name.given eq x', 'patient.name co "x"', 'name ew "x"'],
];

const includes = [
  '*',
  'Patient:*',
  '*:*',
  'Observation:subject',
  'Observation:subject:Patient',
  'a:b:c:d',
  ':',
  'Task:x',
];

const shaping: readonly (readonly [string, readonly string[]])[] = [
  ['_count', ['0', '1', '5', '1000000000', '-1', '1e3', '', ' 1', '١', '1.5']],
  ['_sort', ['_id', '-_lastUpdated', 'x', '-', ',', '--_id', '_id,_id,_id,_id,_id', 'name,-birthdate', '__proto__']],
  ['_summary', ['true', 'text', 'data', 'count', 'false', 'x']],
  ['_total', ['none', 'estimate', 'accurate', 'x']],
  ['_elements', ['id', 'name.given', '__proto__', 'constructor', '*', '', 'a,,b', 'id,'.repeat(500)]],
  ['_type', ['Patient', 'Patient,Observation', 'Nope', '']],
  ['_format', ['json', 'xml', 'html', 'application/fhir+xml', 'ttl', '*/*', '\u0000']],
  ['_pretty', ['true', 'false', '1']],
  ['_page', ['x', 'AAAA', 'A'.repeat(200), '']],
  ['_list', ['1', '$current-allergies', 'a/b']],
  ['_contained', ['true', 'false', 'both']],
  ['_since', ['2020-01-01T00:00:00Z', '2020', 'x']],
  ['_at', ['2020', 'gt2020', 'x']],
  ['_filter', filters],
  ['_include', includes],
  ['_revinclude', includes],
  ['_include:iterate', includes],
];

type Pair = readonly [name: string, value: string];

function parameterOf(all: readonly Declared[], { params }: Declared): fc.Arbitrary<Pair> {
  const known = fc.constantFrom(...(params.length > 0 ? params : [{ name: '_id', type: 'token' }]));
  const any = fc.constantFrom(...all.flatMap(one => one.params));
  const types = fc.constantFrom(...all.map(({ type }) => type));
  const value = (type: string): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...(fit[type] ?? ['x'])) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constantFrom(...PREFIXES), hostileText).map(([prefix, text]) => prefix + text),
      },
    );
  const plain = fc
    .tuple(known, fc.constantFrom('', '', '', ...modifiers))
    .chain(([{ name, type }, modifier]) => value(type).map((text): Pair => [name + modifier, text]));
  const chained = fc
    .tuple(known, fc.constantFrom('', ':Patient', ':Practitioner'), fc.array(any, { minLength: 1, maxLength: 6 }))
    .chain(([first, target, rest]) =>
      value(rest.at(-1)?.type ?? '').map((text): Pair => [
        `${first.name}${target}.${rest.map(({ name }) => name).join('.')}`,
        text,
      ]),
    );
  const reverse = fc
    .tuple(fc.array(fc.tuple(types, any), { minLength: 1, maxLength: 5 }), any)
    .chain(([steps, last]) =>
      value(last.type).map((text): Pair => [
        `${steps.map(([type, { name }]) => `_has:${type}:${name}:`).join('')}${last.name}`,
        text,
      ]),
    );
  const shape = fc
    .constantFrom(...shaping)
    .chain(([name, texts]) => fc.oneof(fc.constantFrom(...texts), hostileText).map((text): Pair => [name, text]));
  const odd = fc.tuple(
    fc.oneof(hostileName, fc.constantFrom('name[$ne]', 'a[__proto__][x]', 'patient[]', 'name[0]')),
    hostileText,
  );
  return fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: 2, arbitrary: chained },
    { weight: 2, arbitrary: reverse },
    { weight: 3, arbitrary: shape },
    { weight: 1, arbitrary: odd },
  );
}

/** A type and a query string for it. */
export function searchOf(all: readonly Declared[]): fc.Arbitrary<{ type: string; query: string }> {
  return fc.constantFrom(...all).chain(declared =>
    fc
      .array(parameterOf(all, declared), { maxLength: 3 })
      .chain(pairs =>
        fc.tuple(...pairs.map(([name, value]) => fc.tuple(encoded(fc.constant(name)), encoded(fc.constant(value))))),
      )
      .map(pairs => ({
        type: declared.type,
        query: pairs.map(([name, value]) => `${name}=${value}`).join('&'),
      })),
  );
}
