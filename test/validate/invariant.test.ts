/** Invariants written as code say what their published expressions say. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Constraint, Element } from '../../src/definitions/definitions.js';
import { Steps } from '../../src/fhir/steps.js';
import type { Json, JsonObject, Resource } from '../../src/fhir/resource.js';
import { interpreted } from '../../src/validate/invariant.js';
import { handmade } from '../../src/validate/invariant.table.js';
import { Report, root } from '../../src/validate/report.js';
import type { CheckContext } from '../../src/validate/check-context.js';
import { definitions } from './validator-fixture.js';

/** Values that the rules look at, as single elements; a resource is any handful of them. */
const parts: Record<string, JsonObject[]> = {
  'Questionnaire.item': [
    ...['group', 'display', 'choice', 'string', 'boolean', 'attachment'].map(type => ({ type })),
    { item: [{ linkId: '2', type: 'string' }] },
    { code: [{ code: 'a' }] },
    { answerOption: [{ valueString: 'a' }] },
    { answerValueSet: 'http://example.org/v' },
    { required: true },
    { repeats: true },
    { repeats: false },
    { readOnly: true },
    { initial: [{ valueString: 'a' }] },
    { initial: [{ valueString: 'a' }, { valueString: 'b' }] },
    { maxLength: 3 },
    { enableWhen: ['1', '2', '3'].map(question => ({ question, operator: 'exists', answerBoolean: true })) },
    { enableBehavior: 'all' },
  ],
  ElementDefinition: [
    ...[{ min: 0 }, { min: 2 }, { max: '1' }, { max: '2' }, { max: '*' }],
    ...[{ contentReference: '#a' }, { type: [{ code: 'code' }] }, { type: [{ code: 'a' }, { code: 'a' }] }],
    ...[{ fixedString: 'a' }, { patternString: 'a' }, { defaultValueString: 'a' }, { minValueInteger: 1 }],
    ...[{ maxLength: 1 }, { meaningWhenMissing: 'a' }, { isModifier: true }, { isModifier: false }],
    ...[
      { isModifierReason: 'a' },
      { sliceIsConstraining: true },
      { sliceName: 'a' },
      { binding: { strength: 'example' } },
    ],
    { constraint: [{ key: 'a' }, { key: 'b' }] },
    { constraint: [{ key: 'a' }, { key: 'a' }] },
  ],
  'ElementDefinition.slicing': [
    { discriminator: [{ type: 'value', path: 'a' }] },
    { description: 'a' },
    { rules: 'open' },
  ],
  'ElementDefinition.type': [
    ...[{ code: 'Reference' }, { code: 'canonical' }, { code: 'string' }],
    ...[{ aggregation: ['contained'] }, { targetProfile: ['http://example.org/p'] }],
  ],
  Quantity: [{ code: 'mm' }, { system: 'http://unitsofmeasure.org' }, { value: 1 }],
  ContactPoint: [{ value: '1' }, { system: 'phone' }, { use: 'home' }],
  Attachment: [{ data: 'AAAA' }, { contentType: 'a/b' }],
  Extension: [{ extension: [{ url: 'a', valueString: 'a' }] }, { valueString: 'a' }, { url: 'http://example.org/x' }],
  'Observation.referenceRange': [
    { low: { value: 1 } },
    { high: { value: 1 } },
    { text: 'a' },
    { age: { low: { value: 1 } } },
  ],
  'Patient.contact': [
    { name: { text: 'a' } },
    { telecom: [{ value: '1' }] },
    { gender: 'male' },
    { organization: { display: 'a' } },
  ],
  Observation: [
    ...[{ valueString: 'a' }, { dataAbsentReason: { text: 'a' } }, { code: { coding: [{ code: 'a' }] } }],
    ...[{ component: [{ code: { coding: [{ code: 'a' }] } }] }, { component: [{ code: { coding: [{ code: 'b' }] } }] }],
  ],
  Bundle: [
    ...['history', 'searchset', 'batch', 'transaction-response', 'collection'].map(type => ({ type })),
    ...[
      { total: 1 },
      { entry: [{ search: { mode: 'match' } }] },
      { entry: [{ request: { method: 'GET', url: 'a' } }] },
    ],
    ...[{ entry: [{ response: { status: '200' } }] }, { entry: [{ fullUrl: 'a' }, { fullUrl: 'a' }] }],
  ],
  Period: [{ start: '2020-01-01' }, { start: '2020-03-01' }, { end: '2020-02-01' }, { end: '2020-03-01' }],
  Range: [1, 2, 3].flatMap(value => [
    { low: { value, code: 'mm', system: 'http://unitsofmeasure.org' } },
    { high: { value: 2, code: 'mm', system: 'http://unitsofmeasure.org' } },
  ]),
  Duration: [{ value: 1 }, { code: 'd' }, { system: 'http://unitsofmeasure.org' }, { system: 'urn:other' }],
  Reference: [{ reference: 'Patient/1' }, { reference: '#a' }, { reference: '#b' }, { display: 'x' }],
  Organization: [{ name: 'x' }, { identifier: [{ value: '1' }] }, { active: true }],
  'Organization.address': [{ use: 'home' }, { use: 'work' }, { city: 'x' }],
  'Organization.telecom': [{ use: 'home' }, { use: 'work' }, { value: '1' }],
  'Bundle.entry': [{ request: { method: 'GET', url: 'a' } }, { fullUrl: 'http://example.org/Patient/1/_history/1' }],
};

/** What is always there: without its required elements a published expression comes to nothing, neither true nor false. */
const required: Record<string, JsonObject> = {
  Reference: { reference: 'Patient/1' },
  'Organization.address': { use: 'work' },
  'Organization.telecom': { use: 'work' },
  'Questionnaire.item': { linkId: '1', type: 'string' },
  Bundle: { type: 'collection' },
  'Bundle.entry': { fullUrl: 'http://example.org/Patient/1' },
};

function constraintsAt(path: string): readonly Constraint[] {
  const [type, ...names] = path.split('.') as [string, ...string[]];
  let place: Pick<Element, 'constraints' | 'children'> | undefined = definitions.type(type);
  for (const name of names) place = place?.children?.find(child => child.name === name);
  return place?.constraints ?? [];
}

/** Reasons in docs/decisions/0003-validation.md, and at each rule. */
const wrongAsPublished = new Set(['que-7', 'que-12', 'eld-11', 'eld-16', 'eld-19', 'eld-20', 'ctm-1', 'ras-2']);

describe('invariants as code', () => {
  it('are all compared, but for those that are wrong as published', () => {
    const compared = Object.keys(parts).flatMap(path => constraintsAt(path).map(({ key }) => key));
    assert.deepEqual(
      Object.keys(handmade).filter(key => !compared.includes(key) && !wrongAsPublished.has(key)),
      [],
    );
  });

  for (const [path, values] of Object.entries(parts)) {
    const constraints = constraintsAt(path).filter(({ key }) => key in handmade && !wrongAsPublished.has(key));
    it(`${path}: ${constraints.map(({ key }) => key).join(', ')}`, () => {
      assert.ok(constraints.length > 0);
      const published = constraints.map(constraint => interpreted(constraint, path));
      const mixed = fc
        .subarray(values, { minLength: 1 })
        .map(chosen => Object.assign({}, required[path], ...chosen) as JsonObject);
      fc.assert(
        fc.property(mixed, value => {
          const scope = scopeOf(value);
          for (const [index, { key }] of constraints.entries()) {
            assert.equal(
              handmade[key]!(value as Json, scope),
              published[index]!(value, scope),
              `${key} ${JSON.stringify(value)}`,
            );
          }
        }),
        { numRuns: 200, seed: 42 },
      );
    });
  }
});

function scopeOf(value: JsonObject): CheckContext {
  const contained = [{ resourceType: 'Basic', id: 'a' }];
  const resource = { resourceType: 'Bundle', contained, ...value } as Resource;
  const report = new Report();
  return {
    definitions,
    report,
    resource,
    at: root('Bundle'),
    container: resource,
    contained: new Map([['a', { resourceType: 'Basic', id: 'a' }]]),
    bundle: undefined,
    met: new WeakMap(),
    steps: new Steps(),
  };
}
