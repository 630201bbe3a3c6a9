/** The third layer, on profiles made for the test: each rule a profile can add, broken once. */
import assert from 'node:assert/strict';
import type { Definitions } from '../../src/definitions/definitions.js';
import type { ElementDefinition, StructureDefinition } from '../../src/definitions/slim.js';
import { withSnapshot } from '../../src/definitions/snapshot.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';
import { definitions, observation } from './validator-fixture.js';

const url = 'http://example.org/StructureDefinition/test';
const base = 'http://hl7.org/fhir/StructureDefinition/';

type Change = Partial<ElementDefinition> & { id: string };

/** `code expression` of each error under a profile that is Observation with these changes. */
function marks(changes: Change[], resource: object): string[] {
  const element = changes.map(change => ({ path: change.id.replace(/:[^.]+/g, ''), ...change }));
  const profile: StructureDefinition = {
    ...{
      resourceType: 'StructureDefinition',
      url,
      name: 'Test',
      type: 'Observation',
      kind: 'resource',
      abstract: false,
    },
    ...{ derivation: 'constraint', baseDefinition: `${base}Observation`, differential: { element } },
  };
  const lookup = (canonical: string): StructureDefinition | undefined =>
    definitions.structure(canonical) as StructureDefinition | undefined;
  const withProfile: Definitions = {
    ...definitions,
    structure: canonical => (canonical === url ? withSnapshot(profile, lookup) : definitions.structure(canonical)),
  };
  return createValidator(withProfile, { root: process.cwd() })
    .validate({ ...resource, meta: { profile: [url] } } as Resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`);
}

const code = (value: string, system = 'http://example.org/a'): object => ({ coding: [{ system, code: value }] });
const slicing = (type: string, path: string, rules = 'open'): Change['slicing'] => ({
  discriminator: [{ type, path }],
  rules,
});

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
