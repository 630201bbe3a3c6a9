/** JSON Patches and FHIRPath Patches, of which few fit. */
import fc from 'fast-check';
import { hostileName, hostileText, hostileValue } from './hostile.js';

const POINTERS = [
  ...[
    '',
    '/',
    '/name',
    '/name/0/given/-',
    '/name/-',
    '/active',
    '/birthDate',
    '/meta/versionId',
    '/id',
    '/resourceType',
  ],
  ...[
    '/__proto__/x',
    '/constructor/prototype/x',
    '/name/length',
    '/name/99999',
    '/name/-1',
    '/name/01',
    '/~0~1',
    '/~2',
  ],
  ...[
    'name',
    '/extension/0/extension/0',
    '/telecom/0/value',
    '/identifier',
    '/contact',
    '/text/div',
    '/multipleBirthInteger',
  ],
];

const pointer = fc.oneof(fc.constantFrom(...POINTERS), hostileText);

const step = fc.record(
  {
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
    path: pointer,
    from: pointer,
    value: hostileValue,
  },
  { requiredKeys: ['op'] },
);

export const jsonPatch: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.array(step, { maxLength: 5 }) },
  { weight: 1, arbitrary: hostileValue },
);

const EXPRESSIONS = [
  ...[
    'Patient',
    'Patient.name',
    'Patient.name[0]',
    'Patient.name.given',
    'Patient.birthDate',
    'Patient.active',
    'name',
  ],
  ...[
    "Patient.name.where(use='official').given[0]",
    'Patient.telecom.first()',
    'Patient.name.repeat(given)',
    '%resource',
  ],
  ...["Patient.name.given.where($this.matches('(a+)+$'))", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')"],
  ...["'a'.replaceMatches('(a+)+$','b')", 'Patient.descendants()', 'Patient.children().children()', '(((((((('],
  ...[
    'Patient.name.combine(Patient.name)',
    'Patient.name | Patient.name',
    'iif(true, Patient, {})',
    '1 + 1',
    '{}',
    "'x'",
  ],
  ...['Patient.name.aggregate($total + 1, 0)', 'Patient.name.select($this).select($this)', 'Patient.__proto__.x', '`x'],
  ...['Patient.constructor', 'Patient.name[999999]', 'Patient.name[-1]', 'Patient.extension.value', 'Patient.deceased'],
  ...[
    "Patient.name.join('x')",
    'today()',
    'now()',
    'Patient.id.toChars()',
    "Patient.trace('x')",
    'Patient.name.ofType(HumanName)',
  ],
];

const part = fc.oneof(
  fc.record({
    name: fc.constant('type'),
    valueCode: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move', 'x'),
  }),
  fc.record({
    name: fc.constant('path'),
    valueString: fc.oneof(fc.constantFrom(...EXPRESSIONS), hostileText),
  }),
  fc.record({ name: fc.constant('name'), valueString: fc.oneof(fc.constantFrom('name', 'active'), hostileName) }),
  fc.record({ name: fc.constantFrom('value', 'index', 'source', 'destination'), valueInteger: fc.integer() }),
  fc
    .tuple(fc.constantFrom('valueString', 'valueHumanName', 'part', 'resource', 'valueX'), hostileValue)
    .map(([key, value]) => ({ name: 'value', [key]: value })),
);

/** One of each part, so that some are whole; then parts at random. */
const whole = fc
  .tuple(
    fc.constantFrom('add', 'insert', 'delete', 'replace', 'move'),
    fc.constantFrom(...EXPRESSIONS),
    hostileValue,
    part,
  )
  .map(([type, path, value, further]) => [
    { name: 'type', valueCode: type },
    { name: 'path', valueString: path },
    { name: 'name', valueString: 'name' },
    { name: 'value', valueHumanName: value },
    further,
  ]);

export const fhirPathPatch: fc.Arbitrary<unknown> = fc
  .array(
    fc
      .tuple(
        fc.oneof(whole, fc.array(part, { maxLength: 5 })),
        fc.constantFrom('operation', 'operation', 'operation', 'x'),
      )
      .map(([parts, name]) => ({ name, part: parts })),
    { maxLength: 3 },
  )
  .map(parameter => ({ resourceType: 'Parameters', parameter }));
