/** The first layer: what the JSON of a resource may look like. Each error names the FHIRPath of its element. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { parseJson } from '../../src/fhir/json.js';
import type { Resource } from '../../src/fhir/resource.js';
import { definitions, marks, observation, patient, validator } from './validator-fixture.js';

describe('[R31] shape of resources', () => {
  const table: [title: string, resource: object, expected: string[]][] = [
    ['a whole resource', observation(), []],
    ['an unknown element', observation({ Status: 'final' }), ['structure Observation.Status']],
    [
      'one deep inside',
      observation({ code: { coding: [{ kode: 'x' }] } }),
      ['structure Observation.code.coding[0].kode'],
    ],
    [
      'a name that is a trap',
      observation(JSON.parse('{"__proto__": {"x": 1}}') as object),
      ['structure Observation.__proto__'],
    ],
    ['a list where one is meant', observation({ status: ['final'] }), ['structure Observation.status']],
    ['one where a list is meant', patient({ name: { family: 'A' } }), ['structure Patient.name']],
    ['a list in a list', patient({ name: [[{ family: 'A' }]] }), ['structure Patient.name[0]']],
    ['a primitive for an object', observation({ subject: 'Patient/1' }), ['structure Observation.subject']],
    ['an empty list', patient({ name: [] }), ['structure Patient.name']],
    ['an empty list of strings', patient({ name: [{ given: [] }] }), ['structure Patient.name[0].given']],
    ['an empty object', patient({ maritalStatus: {} }), ['structure Patient.maritalStatus']],
    ['an empty string', patient({ name: [{ family: '' }] }), ['value Patient.name[0].family']],
    ['null', patient({ birthDate: null }), ['structure Patient.birthDate']],
    ['null in a list of objects', patient({ name: [null] }), ['structure Patient.name[0]']],
    ['a number as string', observation({ valueQuantity: { value: '70' } }), ['structure Observation.value.value']],
    ['a choice of a type not allowed', observation({ valueMarkdown: 'x' }), ['structure Observation.valueMarkdown']],
    ['two choices at once', observation({ valueString: 'x' }), ['structure Observation.value']],
    ['a control character', patient({ name: [{ family: 'A\u0007' }] }), ['value Patient.name[0].family']],
    ['half a surrogate pair', patient({ name: [{ family: 'A\ud83d' }] }), ['value Patient.name[0].family']],
    ['a character beyond the BMP', patient({ name: [{ family: 'A\u{1F600}' }] }), []],
    ['a code with a space before it', patient({ gender: ' male' }), ['value Patient.gender']],
    ['an id out of grammar', patient({ id: 'a b' }), ['value Patient.id']],
    ['an id of 65 characters', patient({ id: 'a'.repeat(65) }), ['value Patient.id']],
    ['an unknown resource type', { resourceType: 'patient' }, ['structure patient']],
    ['no resource type', { id: 'a' }, ['structure Resource']],
    [
      'a contained resource of its own type',
      patient({ contained: [{ resourceType: 'Organization', nam: 'x' }] }),
      ['structure Patient.contained[0].nam'],
    ],
    [
      'a resource in a Bundle',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ fullUrl: 'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8', resource: patient({ nam: 1 }) }],
      },
      ['structure Bundle.entry[0].resource.nam'],
    ],
    [
      'a resource in Parameters',
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'a', part: [{ name: 'b', resource: patient({ nam: 1 }) }] }],
      },
      ['structure Parameters.parameter[0].part[0].resource.nam'],
    ],
    [
      'an element by contentReference',
      {
        resourceType: 'Questionnaire',
        status: 'draft',
        item: [{ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'string', txt: 'x' }] }],
      },
      ['structure Questionnaire.item[0].item[0].txt'],
    ],
  ];
  for (const [title, resource, expected] of table) it(title, () => assert.deepEqual(marks(resource), expected));

  const dates: [string, boolean][] = [
    ['1973-02-28', true],
    ['1973-02-30', false],
    ['1972-02-29', true],
    ['1900-02-29', false],
    ['2000-02-29', true],
    ['2023-04-31', false],
    ['2023', true],
    ['2023-13', false],
    ['0000', false],
    ['20230101', false],
  ];
  for (const [date, good] of dates) {
    it(`the date ${date} is ${good ? 'good' : 'bad'}`, () => {
      assert.deepEqual(marks(patient({ birthDate: date })), good ? [] : ['value Patient.birthDate']);
    });
  }

  const primitives: [type: string, good: unknown[], bad: unknown[]][] = [
    [
      'DateTime',
      ['2020', '2020-01-01T10:00:00Z', '2020-01-01T10:00:00.123+14:00'],
      ['2020-01-01T10:00Z', '2020-01-01T10:00:00'],
    ],
    ['Instant', ['2020-01-01T10:00:00Z'], ['2020-01-01', '2020-01-01T10:61:00Z', '2020-02-30T10:00:00Z']],
    ['Time', ['10:00:00'], ['24:00:00', '10:00']],
    ['Integer', [1, -1], [1.5, '1', 2147483648]],
    ['PositiveInt', [1], [0, 2.5]],
    ['UnsignedInt', [0], [-1]],
    ['Decimal', [1.5, 0], ['1.5', true]],
    ['Boolean', [true], ['true', 1]],
    ['Uri', ['urn:oid:1.2.3', 'http://a.b/c'], ['a b', 'urn:oid:x.y', 'urn:uuid:not-a-uuid']],
    ['Oid', ['urn:oid:1.2.3'], ['1.2.3', 'urn:oid:01.2']],
    ['Uuid', ['urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8'], ['urn:uuid:6BA7B810-9DAD-11D1-80B4-00C04FD430C8']],
    ['Base64Binary', ['aGVsbG8=', 'aGVs\nbG8='], ['aGVs-G8=', 'aGVsbG8', 'aGVsbG8==', 'a=bc']],
  ];
  for (const [type, good, bad] of primitives) {
    const withValue = (value: unknown): object =>
      patient({ extension: [{ url: 'http://example.org/x', [`value${type}`]: value }] });
    it(`${type}: good and bad values`, () => {
      for (const value of good) assert.deepEqual(marks(withValue(value)), [], String(value));
      for (const value of bad) {
        const found = marks(withValue(value));
        assert.equal(found.length, 1, String(value));
        assert.match(found[0]!, /^(structure|value) Patient\.extension\[0\]\.value$/);
      }
    });
  }

  it('lets primitives carry id and extensions beside them, nulls in pairs', () => {
    const reason = { extension: [{ url: 'http://example.org/x', valueCode: 'unknown' }] };
    assert.deepEqual(marks(patient({ name: [{ given: ['A', null], _given: [null, reason] }], _gender: reason })), []);
    assert.deepEqual(marks(patient({ name: [{ given: ['A', null] }] })), ['structure Patient.name[0].given']);
    assert.deepEqual(marks(patient({ name: [{ given: ['A'], _given: [null, reason] }] })), [
      'structure Patient.name[0].given',
    ]);
    assert.deepEqual(marks(patient({ _gender: {} })), ['structure Patient.gender']);
    assert.deepEqual(marks(patient({ _name: [reason] })), ['structure Patient._name']);
  });

  it('takes decimals that keep their digits for numbers, and nothing that looks like one', () => {
    const text = JSON.stringify(observation({ valueQuantity: { value: 0 } })).replace('"value":0', '"value":1.00');
    assert.deepEqual(validator.validate(parseJson(text, 50) as Resource), []);
    assert.deepEqual(marks(observation({ valueQuantity: { value: { rawJSON: '1' } } })), [
      'structure Observation.value.value',
    ]);
  });

  it('answers with Fault `invalid` and all issues', () => {
    const bad = patient({ birthDate: '1973-02-30', nam: 1 }) as Resource;
    assert.throws(
      () => validator.assertValid(bad),
      (error: unknown) => {
        assert.ok(error instanceof Fault);
        assert.equal(error.kind, 'invalid');
        assert.deepEqual(error.detail.issues?.map(({ expression }) => expression).sort(), [
          'Patient.birthDate',
          'Patient.nam',
        ]);
        return true;
      },
    );
  });

  it('has a shape for each of the 146 resource types', () => {
    assert.equal(definitions.resourceTypes.length, 146);
    for (const resourceType of definitions.resourceTypes) {
      assert.deepEqual(
        marks({ resourceType, zzz: 1 }).filter(mark => mark !== `structure ${resourceType}.zzz`),
        [],
      );
    }
  });
});
