/** Where extensions may stand: contexts of each type, context invariants, modifiers. */
import assert from 'node:assert/strict';
import type { Definitions } from '../../src/definitions/definitions.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createValidator } from '../../src/validate/validator.js';
import { definitions, marks, patient } from './validator-fixture.js';

const core = 'http://hl7.org/fhir/StructureDefinition/';
const time = { url: `${core}patient-birthTime`, valueDateTime: '1970-01-01T10:00:00Z' };
const item = (more: object): object => ({
  resourceType: 'Questionnaire',
  status: 'draft',
  item: [{ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'choice', ...more }] }],
});
const orientation = { extension: [{ url: `${core}questionnaire-choiceOrientation`, valueCode: 'vertical' }] };

/** Marks with one more extension known: `http://example.org/own`, of a string, or of parts. */
function withOwn(definition: object, resource: object): string[] {
  const url = 'http://example.org/own';
  const base = definitions.structure(`${core}Extension`)!;
  const own = { ...base, url, derivation: 'constraint', ...definition } as unknown as Resource;
  const known: Definitions = { ...definitions, structure: it => (it === url ? own : definitions.structure(it)) };
  return createValidator(known, { root: process.cwd() })
    .validate(resource as Resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`);
}

const own = [{ url: 'http://example.org/own', valueString: 'x' }];

describe('[R31] contexts of extensions', () => {
  const table: [title: string, resource: object, expected: string[]][] = [
    ['a primitive, right', patient({ _birthDate: { extension: [time] } }), []],
    ['a primitive’s on its resource', patient({ extension: [time] }), ['extension Patient.extension[0]']],
    [
      'a primitive’s on another',
      patient({ gender: 'male', _gender: { extension: [time] } }),
      ['extension Patient.gender.extension[0]'],
    ],
    [
      'an element of a data type',
      patient({
        name: [
          { family: 'van A', _family: { extension: [{ url: `${core}humanname-own-prefix`, valueString: 'van' }] } },
        ],
      }),
      [],
    ],
    [
      'a type, where another stands',
      patient({
        name: [
          {
            text: 'x',
            extension: [
              {
                url: `${core}geolocation`,
                extension: [
                  { url: 'latitude', valueDecimal: 1 },
                  { url: 'longitude', valueDecimal: 1 },
                ],
              },
            ],
          },
        ],
      }),
      ['extension Patient.name[0].extension[0]'],
    ],
    [
      'a type by its primitive',
      patient({ _birthDate: { extension: [{ url: `${core}data-absent-reason`, valueCode: 'unknown' }] } }),
      [],
    ],
    ['below a contentReference', item(orientation), []],
    [
      'a resource in a Bundle',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ fullUrl: 'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8', resource: patient({ extension: [time] }) }],
      },
      ['extension Bundle.entry[0].resource.extension[0]'],
    ],
    [
      'a context invariant',
      item({ ...orientation, type: 'string' }),
      ['extension Questionnaire.item[0].item[0].extension[0]'],
    ],
    [
      'no modifier among the modifiers',
      patient({ modifierExtension: [{ url: `${core}patient-religion`, valueCodeableConcept: { text: 'x' } }] }),
      ['extension Patient.modifierExtension[0]'],
    ],
    [
      'a modifier among the others',
      {
        resourceType: 'NutritionOrder',
        ...{ status: 'draft', intent: 'order', patient: { reference: 'Patient/1' }, dateTime: '2020' },
        extension: [{ url: `${core}request-doNotPerform`, valueBoolean: true }],
      },
      ['extension NutritionOrder.extension[0]'],
    ],
    ['an unknown one', patient({ extension: own, modifierExtension: own }), []],
  ];
  for (const [title, resource, expected] of table) it(title, () => assert.deepEqual(marks(resource), expected));

  it('another extension', () => {
    const outer = 'http://example.org/outer';
    const nested = patient({ extension: [{ url: outer, extension: own }] });
    assert.deepEqual(withOwn({ context: [{ type: 'extension', expression: outer }] }, nested), []);
    const other = withOwn({ context: [{ type: 'extension', expression: 'http://example.org/other' }] }, nested);
    assert.deepEqual(other, ['extension Patient.extension[0].extension[0]']);
  });

  it('elements that a query selects', () => {
    const resource = patient({
      name: [
        { text: 'a', use: 'old' },
        { text: 'b', extension: own },
      ],
    });
    const where = (expression: string): string[] => withOwn({ context: [{ type: 'fhirpath', expression }] }, resource);
    assert.deepEqual(where("Patient.name.where(text = 'b')"), []);
    assert.deepEqual(where("Patient.name.where(use = 'old')"), ['extension Patient.name[1].extension[0]']);
  });

  it('the base of a type, a slice, an element of a profile, any element', () => {
    const where = (expression: string, resource = patient({ extension: own })): string[] =>
      withOwn({ context: [{ type: 'element', expression }] }, resource);
    for (const good of ['Element', 'Resource', 'DomainResource', 'Patient', `${core}Patient#Patient`]) {
      assert.deepEqual(where(good), [], good);
    }
    assert.deepEqual(where('Observation'), ['extension Patient.extension[0]']);
    const contact = patient({ contact: [{ name: { text: 'x' }, extension: own }] });
    for (const good of ['Patient.contact', 'Patient.contact:mother', 'BackboneElement']) {
      assert.deepEqual(where(good, contact), [], good);
    }
  });
});
