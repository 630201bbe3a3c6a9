/** Large and odd bodies: the work grows with their size, not with its square. A square one runs into the time limit. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject, Resource } from '../../src/fhir/resource.js';
import { errorsOf, marks, observation, patient, validator } from './validator-fixture.js';
import { samples } from '../fixtures/samples.js';

const many = <T>(make: (index: number) => T, count = 20_000): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const div = (content: string): object =>
  patient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>` } });

describe('[F07] hostile bodies', () => {
  it('a form of 20,000 items, a code system of 20,000 concepts', () => {
    const form = {
      resourceType: 'Questionnaire',
      status: 'draft',
      item: many(i => ({ linkId: `x${i}`, type: 'string' })),
    };
    assert.deepEqual(marks(form), []);
    form.item.push(form.item[0]!);
    assert.deepEqual(marks(form), ['invariant Questionnaire']);
    const concept = many(i => ({ code: `x${i}` }));
    const system = { resourceType: 'CodeSystem', status: 'draft', content: 'complete', concept };
    assert.deepEqual(marks(system), []);
  });

  it('a Bundle of 20,000 entries, and 5,000 contained resources', () => {
    const entry = many(i => ({
      fullUrl: `http://example.org/Patient/${i}`,
      resource: { resourceType: 'Patient', id: `${i}` },
    }));
    assert.deepEqual(marks({ resourceType: 'Bundle', type: 'collection', entry }), []);
    const contained = many(i => ({ resourceType: 'Organization', id: `x${i}`, name: 'x' }), 5000);
    const generalPractitioner = contained.map(({ id }) => ({ reference: `#${id}` }));
    assert.deepEqual(marks(patient({ contained, generalPractitioner })), []);
  });

  it('50,000 unknown elements, of which a hundred are told', () => {
    const unknown = Object.fromEntries(many(i => [`x${i}`, 1], 50_000));
    assert.equal(errorsOf(patient(unknown)).length, 100);
  });

  it('a narrative of 20,000 elements, one in the other or side by side', () => {
    assert.deepEqual(marks(div('<b>x</b>'.repeat(20_000))), []);
    assert.deepEqual(marks(div(`${'<b>'.repeat(20_000)}x${'</b>'.repeat(20_000)}`)), ['invariant Patient.text.div']);
  });

  it('a code of a million characters, base64 of ten million', () => {
    assert.deepEqual(marks(patient({ gender: 'a '.repeat(500_000) })), ['value Patient.gender']);
    assert.deepEqual(marks({ resourceType: 'Binary', contentType: 'a/b', data: 'QUJD'.repeat(2_500_000) }), []);
  });

  it('20,000 units of measure, no two alike', () => {
    const component = many(i => ({
      code: { text: 'x' },
      valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: `{unit${i}}` },
    }));
    assert.deepEqual(marks(observation({ component })), []);
    for (const [index, { valueQuantity }] of component.entries()) valueQuantity.code = `unit${index}`;
    assert.equal(errorsOf(observation({ component })).length, 100);
  });

  it('an expression of 80,000 terms', () => {
    const parameter = {
      ...{ resourceType: 'SearchParameter', url: 'http://example.org/x', name: 'X', status: 'draft', description: 'x' },
      ...{ code: 'x', base: ['Patient'], type: 'token', expression: `a${' or a'.repeat(80_000)}` },
    };
    assert.deepEqual(marks(parameter), ['invalid SearchParameter.expression']);
  });

  it('any JSON in any place: issues, never an exception', () => {
    const seeds = [patient({ name: [{ given: ['A'] }], contact: [{ gender: 'male' }] }), observation()] as JsonObject[];
    const change = fc.record({ at: fc.nat(), value: fc.jsonValue({ maxDepth: 2 }), twin: fc.boolean() });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 3 }), (seed, changes) => {
        const resource = structuredClone(seed);
        for (const { at, value, twin } of changes) {
          const places = placesIn(resource);
          const [object, name] = places[at % places.length]!;
          if (name !== 'resourceType') object[twin ? `_${name}` : name] = value;
        }
        assert.ok(Array.isArray(validator.validate(resource as Resource)));
      }),
      { numRuns: samples(3000, 30_000), seed: 42 },
    );
  });
});

/** Every property below an object, with the object it is in. */
function placesIn(object: JsonObject): [JsonObject, string][] {
  return Object.entries(object).flatMap(([name, value]): [JsonObject, string][] =>
    typeof value === 'object' && value !== null ? [[object, name], ...placesIn(value as JsonObject)] : [[object, name]],
  );
}
