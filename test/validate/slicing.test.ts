/** Slices of profiles made for the test: how they are told apart, counted and ordered. */
import assert from 'node:assert/strict';
import type { StructureDefinition } from '../../src/definitions/slim.js';
import { base, code, marks, slicing, type Change } from './profile-fixture.js';
import { definitions, marks as marksUnder, observation } from './validator-fixture.js';

describe('slices', () => {
  const component = (value: object, ...codes: string[]): object =>
    observation({ component: codes.map(one => ({ code: code(one), ...value })) });

  const slices = (type: string, rules?: string): Change[] =>
    [
      { id: 'Observation.component', slicing: slicing(type, 'code', rules) },
      { id: 'Observation.component:a', sliceName: 'a', min: 1, max: '1' },
      { id: 'Observation.component:a.code', patternCodeableConcept: code('a') },
      { id: 'Observation.component:a.value[x]', min: 1, type: [{ code: 'Quantity' }] },
      { id: 'Observation.component:a.value[x].unit', min: 1 },
      { id: 'Observation.component:a.value[x].code', fixedCode: 'mm' },
    ] as Change[];

  for (const type of ['value', 'pattern']) {
    it(`slices told apart by ${type}: count, and rules inside`, () => {
      const good = { valueQuantity: { value: 1, unit: 'mm', system: 'http://unitsofmeasure.org', code: 'mm' } };
      assert.deepEqual(marks(slices(type), component(good, 'a', 'b')), []);
      assert.deepEqual(marks(slices(type), component(good, 'b')), ['required Observation.component']);
      assert.deepEqual(marks(slices(type), component(good, 'a', 'a')), ['structure Observation.component']);
      const wrong = { valueQuantity: { ...good.valueQuantity, code: 'mol' } };
      assert.deepEqual(marks(slices(type), component(wrong, 'a')), ['value Observation.component[0].value.code']);
      assert.deepEqual(
        marks(
          slices(type),
          component({ valueQuantity: { value: 1, ...{ system: 'http://unitsofmeasure.org', code: 'mm' } } }, 'a'),
        ),
        ['required Observation.component[0].value.unit'],
      );
      assert.deepEqual(marks(slices(type), component({ valueString: 'x' }, 'a')), [
        'structure Observation.component[0].value',
      ]);
      assert.deepEqual(marks(slices(type), component({}, 'a')), ['required Observation.component[0].value']);
      assert.deepEqual(marks(slices(type, 'closed'), component(good, 'a', 'b')), [
        'structure Observation.component[1]',
      ]);
    });
  }

  it('slices told apart by type', () => {
    const changes = [
      { id: 'Observation.value[x]', slicing: slicing('type', '$this') },
      {
        id: 'Observation.value[x]:valueQuantity',
        sliceName: 'valueQuantity',
        min: 0,
        max: '1',
        type: [{ code: 'Quantity' }],
      },
      { id: 'Observation.value[x]:valueQuantity.code', min: 1 },
    ] as Change[];
    assert.deepEqual(marks(changes, observation()), []);
    assert.deepEqual(marks(changes, observation({ valueQuantity: { value: 1 } })), ['required Observation.value.code']);
  });

  it('slices told apart by the type of what is referred to', () => {
    const changes = [
      { id: 'Observation.performer', slicing: slicing('type', 'resolve()') },
      {
        id: 'Observation.performer:who',
        sliceName: 'who',
        min: 1,
        type: [{ code: 'Reference', targetProfile: [`${base}Patient`] }],
      },
    ] as Change[];
    assert.deepEqual(marks(changes, observation({ performer: [{ reference: 'Patient/1' }] })), []);
    assert.deepEqual(marks(changes, observation({ performer: [{ reference: 'Practitioner/1' }] })), [
      'required Observation.performer',
    ]);
  });

  it('slices told apart by existence', () => {
    const changes = [
      { id: 'Observation.component', slicing: slicing('exists', 'dataAbsentReason') },
      { id: 'Observation.component:absent', sliceName: 'absent', max: '1' },
      { id: 'Observation.component:absent.dataAbsentReason', min: 1 },
      { id: 'Observation.component:present', sliceName: 'present' },
      { id: 'Observation.component:present.dataAbsentReason', max: '0' },
      { id: 'Observation.component:present.value[x]', min: 1 },
    ] as Change[];
    assert.deepEqual(marks(changes, component({ dataAbsentReason: { text: 'x' } }, 'a')), []);
    assert.deepEqual(marks(changes, component({ dataAbsentReason: { text: 'x' } }, 'a', 'b')), [
      'structure Observation.component',
    ]);
    assert.deepEqual(marks(changes, component({}, 'a')), ['required Observation.component[0].value']);
  });

  it('slices told apart by a profile', () => {
    const changes = [
      { id: 'Observation.value[x]', type: [{ code: 'Quantity' }] },
      { id: 'Observation.referenceRange', slicing: slicing('profile', 'low') },
      { id: 'Observation.referenceRange:money', sliceName: 'money', min: 1 },
      { id: 'Observation.referenceRange:money.low', type: [{ code: 'Quantity', profile: [`${base}SimpleQuantity`] }] },
    ] as Change[];
    assert.deepEqual(marks(changes, observation({ referenceRange: [{ low: { value: 1 } }] })), []);
    assert.deepEqual(marks(changes, observation({ referenceRange: [{ text: 'x' }] })), [
      'required Observation.referenceRange',
    ]);
  });

  it('slices without a slicing: extensions by their url, choices by their type', () => {
    const own = `${base}data-absent-reason`;
    const extension = [
      {
        id: 'Observation.extension:absent',
        sliceName: 'absent',
        min: 1,
        type: [{ code: 'Extension', profile: [`${own}|4.0.1`] }],
      },
    ] as Change[];
    assert.deepEqual(marks(extension, observation()), ['required Observation.extension']);
    assert.deepEqual(marks(extension, observation({ extension: [{ url: own, valueCode: 'unknown' }] })), []);
    const choice = [
      { id: 'Observation.value[x]:valueString', sliceName: 'valueString', min: 1, type: [{ code: 'string' }] },
    ] as Change[];
    assert.deepEqual(marks(choice, observation()), ['required Observation.value']);
  });

  it('order of slices, and nothing else between them', () => {
    const ordered = (rules: string, inOrder: boolean): Change[] => [
      {
        id: 'Observation.component',
        slicing: { ...(slicing('value', 'code', rules) as object), ordered: inOrder },
      },
      ...['a', 'b'].flatMap(name => [
        { id: `Observation.component:${name}`, sliceName: name },
        { id: `Observation.component:${name}.code`, patternCodeableConcept: code(name) } as never,
      ]),
    ];
    assert.deepEqual(marks(ordered('open', true), component({}, 'x', 'a', 'a', 'b', 'y')), []);
    assert.deepEqual(marks(ordered('open', true), component({}, 'b', 'a')), ['structure Observation.component[1]']);
    assert.deepEqual(marks(ordered('open', false), component({}, 'b', 'a')), []);
    assert.deepEqual(marks(ordered('openAtEnd', false), component({}, 'b', 'a', 'x')), []);
    assert.deepEqual(marks(ordered('openAtEnd', false), component({}, 'b', 'x', 'a')), [
      'structure Observation.component[2]',
    ]);
  });

  it('slices of slices', () => {
    const changes = [
      ...slices('value').slice(0, 3),
      { id: 'Observation.component:a', sliceName: 'a', slicing: slicing('exists', 'dataAbsentReason') },
      { id: 'Observation.component:a/absent', sliceName: 'a/absent', max: '1' },
      { id: 'Observation.component:a/absent.dataAbsentReason', min: 1 },
      { id: 'Observation.component:a/absent.interpretation', min: 1 },
    ] as Change[];
    assert.deepEqual(marks(changes, component({}, 'a', 'b')), []);
    assert.deepEqual(marks(changes, component({ dataAbsentReason: { text: 'x' } }, 'a', 'b')), [
      'required Observation.component[0].interpretation',
    ]);
  });

  it('slices told apart by what is in slices below: HL7’s blood pressure', () => {
    const loinc = (value: string): object => code(value, 'http://loinc.org');
    const measured = (which: string, more: object = {}): object => ({
      code: loinc(which),
      valueQuantity: { value: 1, unit: 'x', system: 'http://unitsofmeasure.org', code: 'mm[Hg]', ...more },
    });
    const pressure = (...component: object[]): string[] =>
      marksUnder(
        {
          ...{ resourceType: 'Observation', status: 'final', subject: { reference: 'Patient/1' }, component },
          ...{ code: loinc('85354-9'), effectiveDateTime: '2020-01-01' },
          category: [code('vital-signs', 'http://terminology.hl7.org/CodeSystem/observation-category')],
        },
        [`${base}bp`],
      );
    assert.deepEqual(pressure(measured('8480-6'), measured('8462-4')), []);
    assert.deepEqual(pressure(measured('8480-6'), measured('8867-4')), ['required Observation.component']);
    const inMetres = pressure(measured('8480-6', { code: 'm' }), measured('8462-4'));
    assert.ok(inMetres.includes('value Observation.component[0].value.code'));
  });

  it('slices told apart by what is in a resource that is referred to', () => {
    const elements = (definitions.structure(`${base}triglyceride`) as StructureDefinition).snapshot!.element;
    const triglyceride = elements.find(({ id }) => id === 'Observation.code')!['patternCodeableConcept'];
    const missing = (reference: string): number =>
      marksUnder(
        {
          ...{ resourceType: 'DiagnosticReport', status: 'final', code: code('57698-3', 'http://loinc.org') },
          contained: [observation({ id: 'o', code: triglyceride })],
          result: [{ reference: '#o' }, { reference }, { reference }],
        },
        [`${base}lipidprofile`],
      ).filter(mark => mark === 'required DiagnosticReport.result').length;
    assert.equal(missing('#o'), 2, 'cholesterol and HDL');
    assert.equal(missing('Observation/elsewhere'), 0, 'what is not at hand may be it');
  });

  it('an element that has a name and slices nothing', () => {
    const history = (more: object): string[] =>
      marksUnder(
        {
          ...{ resourceType: 'FamilyMemberHistory', status: 'completed', patient: { reference: 'Patient/1' } },
          relationship: code('BRO', 'http://terminology.hl7.org/CodeSystem/v3-RoleCode'),
          ...more,
        },
        [`${base}familymemberhistory-genetic`],
      );
    assert.deepEqual(history({}), []);
    const note = [{ text: 'one' }, { text: 'two' }];
    assert.deepEqual(history({ condition: [{ code: { text: 'x' }, note }] }), [
      'structure FamilyMemberHistory.condition[0].note',
    ]);
  });
});
