/** The third layer, on profiles made for the test: each rule a profile can add, broken once. */
import assert from 'node:assert/strict';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';
import { base, code, marks, type Change } from './profile-fixture.js';
import { definitions, observation } from './validator-fixture.js';

describe('profiles', () => {
  it('cardinality, narrowed', () => {
    assert.deepEqual(marks([{ id: 'Observation.category', min: 1 }], observation()), ['required Observation.category']);
    assert.deepEqual(marks([{ id: 'Observation.subject', max: '0' }], observation()), [
      'structure Observation.subject',
    ]);
    assert.deepEqual(
      marks([{ id: 'Observation.category', max: '1' }], observation({ category: [{ text: 'a' }, { text: 'b' }] })),
      ['structure Observation.category'],
    );
  });

  it('fixed values and patterns', () => {
    const fixed = [{ id: 'Observation.status', fixedCode: 'amended' }];
    assert.deepEqual(marks(fixed, observation()), ['value Observation.status']);
    const pattern = [{ id: 'Observation.code', patternCodeableConcept: code('x') }] as Change[];
    assert.deepEqual(marks(pattern, observation()), ['value Observation.code']);
    const more = { coding: [{ system: 'http://example.org/a', code: 'x', display: 'X' }], text: 'more may stand' };
    assert.deepEqual(marks(pattern, observation({ code: more })), []);
    const exact = [{ id: 'Observation.code', fixedCodeableConcept: code('x') }] as Change[];
    assert.deepEqual(marks(exact, observation({ code: more })), ['value Observation.code']);
  });

  it('types of a choice, reference targets, required binding', () => {
    const types = [{ id: 'Observation.value[x]', type: [{ code: 'string' }] }] as Change[];
    assert.deepEqual(marks(types, observation()), ['structure Observation.value']);
    const target = [
      { id: 'Observation.subject', type: [{ code: 'Reference', targetProfile: [`${base}Group`] }] },
    ] as Change[];
    assert.deepEqual(marks(target, observation()), ['value Observation.subject']);
    const binding = { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' };
    assert.deepEqual(marks([{ id: 'Observation.method', binding }] as Change[], observation({ method: code('x') })), [
      'code-invalid Observation.method',
    ]);
  });

  it('invariants of its own, on the resource and on an element', () => {
    const constraint = [{ key: 'x-1', severity: 'error', human: 'x', expression: 'text.exists()' }] as never;
    assert.deepEqual(marks([{ id: 'Observation', constraint }], observation()), ['invariant Observation']);
    assert.deepEqual(marks([{ id: 'Observation.code', constraint }], observation()), ['invariant Observation.code']);
    assert.deepEqual(marks([{ id: 'Observation.code', constraint }], observation({ code: { text: 'x' } })), []);
  });

  it('limits of values', () => {
    const limit = (more: object, id = 'Observation.value[x]'): Change[] => [{ id, ...more }];
    const length = limit({ maxLength: 3 });
    const withValue = (name: string, value: unknown): object => {
      const { valueQuantity: _left, ...rest } = observation() as { valueQuantity: unknown };
      return { ...rest, [name]: value };
    };
    const broken = ['value Observation.value'];
    assert.deepEqual(marks(length, withValue('valueString', 'abc')), []);
    assert.deepEqual(marks(length, withValue('valueString', 'abcd')), broken);
    const integers = limit({ minValueInteger: 1, maxValueInteger: 5 });
    for (const value of [1, 5]) assert.deepEqual(marks(integers, withValue('valueInteger', value)), []);
    for (const value of [0, 6]) assert.deepEqual(marks(integers, withValue('valueInteger', value)), broken);
    const dates = limit({ minValueDateTime: '2020', maxValueDateTime: '2020-06-01' });
    for (const value of ['2020', '2020-02-03T10:00:00Z', '2020-06']) {
      assert.deepEqual(marks(dates, withValue('valueDateTime', value)), [], value);
    }
    for (const value of ['2019-12-31', '2020-06-02']) {
      assert.deepEqual(marks(dates, withValue('valueDateTime', value)), broken, value);
    }
    assert.deepEqual(marks(limit({ maxValueTime: '10:00:00' }), withValue('valueTime', '10:00:01')), broken);
    const quantity = { value: 5, system: 'http://unitsofmeasure.org', code: 'mg' };
    const quantities = limit({ maxValueQuantity: quantity });
    assert.deepEqual(marks(quantities, withValue('valueQuantity', { ...quantity, value: 5.5 })), broken);
    assert.deepEqual(marks(quantities, withValue('valueQuantity', { ...quantity, value: 5.5, code: 'g' })), []);
  });

  it('a primitive that lacks its value, or an extension', () => {
    const absent = { extension: [{ url: `${base}data-absent-reason`, valueCode: 'unknown' }] };
    const fixed = [{ id: 'Observation.implicitRules', fixedUri: 'http://example.org/a' }] as Change[];
    assert.deepEqual(marks(fixed, observation({ _implicitRules: absent })), ['value Observation.implicitRules']);
    const required = [{ id: 'Observation.status.extension', min: 1 }] as Change[];
    assert.deepEqual(marks(required, observation()), ['required Observation.status.extension']);
    assert.deepEqual(marks(required, observation({ _status: absent })), []);
  });

  it('what is referred to, where it is at hand, meets the profile of the target', () => {
    const target = 'http://hl7.org/fhir/StructureDefinition/groupdefinition';
    const changes = [{ id: 'Observation.subject', type: [{ code: 'Reference', targetProfile: [target] }] }] as Change[];
    const group = { resourceType: 'Group', id: 'g', type: 'person', actual: false };
    const about = (more: object): object =>
      observation({ subject: { reference: '#g' }, contained: [{ ...group, ...more }] });
    assert.deepEqual(marks(changes, about({})), []);
    assert.deepEqual(marks(changes, about({ actual: true })), ['structure Observation.subject']);
    assert.deepEqual(marks(changes, observation({ subject: { reference: 'Group/g' } })), []);
  });

  it('a maximum value set, and bindings that are added', () => {
    const genders = 'http://hl7.org/fhir/ValueSet/administrative-gender';
    const system = 'http://hl7.org/fhir/administrative-gender';
    const binding = (...extension: object[]): Change[] =>
      [
        {
          id: 'Observation.method',
          binding: { strength: 'preferred', valueSet: 'http://hl7.org/fhir/ValueSet/observation-methods', extension },
        },
      ] as never;
    const additional = (purpose: string, ...more: object[]): object => ({
      url: 'http://hl7.org/fhir/tools/StructureDefinition/additional-binding',
      extension: [{ url: 'purpose', valueCode: purpose }, { url: 'valueSet', valueCanonical: genders }, ...more],
    });
    const maximum = { url: `${base}elementdefinition-maxValueSet`, valueCanonical: genders };
    for (const one of [maximum, additional('required'), additional('maximum')]) {
      assert.deepEqual(marks(binding(one), observation({ method: code('male', system) })), []);
      assert.deepEqual(marks(binding(one), observation({ method: { text: 'x' } })), []);
      assert.deepEqual(marks(binding(one), observation({ method: code('x') })), ['code-invalid Observation.method']);
    }
    const usage = { url: 'usage', valueUsageContext: { code: { code: 'a' }, valueCodeableConcept: { text: 'b' } } };
    for (const one of [additional('preferred'), additional('required', usage)]) {
      assert.deepEqual(marks(binding(one), observation({ method: code('x') })), []);
    }
  });

  it('a rule of its own under the key of a base rule', () => {
    const constraint = [{ key: 'obs-6', severity: 'error', human: 'x', expression: 'issued.exists()' }] as never;
    assert.deepEqual(marks([{ id: 'Observation', constraint }], observation()), ['invariant Observation']);
  });

  it('an unknown profile is a warning, one on another type an error', () => {
    const validator = createValidator(definitions, { root: process.cwd() });
    const under = (profile: string): string[] =>
      validator
        .validate(observation() as Resource, { profiles: [profile] })
        .map(({ severity, code: it }) => `${severity} ${it}`);
    assert.deepEqual(under('http://example.org/none'), ['warning not-found']);
    assert.deepEqual(under(`${base}Patient`), ['error structure']);
    assert.deepEqual(under(`${base}heartrate`).slice(0, 2), ['error required', 'error required']);
  });

  it('a known extension is held against its definition wherever it stands', () => {
    const extended = (value: object): string[] =>
      marks([], observation({ extension: [{ url: `${base}data-absent-reason`, ...value }] }));
    assert.deepEqual(extended({ valueCode: 'unknown' }), []);
    assert.deepEqual(extended({ valueString: 'unknown' }), ['structure Observation.extension[0].value']);
    assert.deepEqual(extended({ valueCode: 'bogus' }), ['code-invalid Observation.extension[0].value']);
  });
});
