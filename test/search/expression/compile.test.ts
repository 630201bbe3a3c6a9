/** Search expressions compiled to closures. */
import assert from 'node:assert/strict';
import type { Json, Resource } from '../../../src/fhir/resource.js';
import { compileExpression } from '../../../src/search/expression/compile.js';
import { parseExpression, unionParts } from '../../../src/search/expression/syntax.js';

const resource: Resource = {
  resourceType: 'Observation',
  status: 'final',
  valueQuantity: { value: 1 },
  component: [{ valueQuantity: { value: 2 } }, { valueString: 'x' }, { valueQuantity: { value: 3 } }],
  subject: { reference: 'Patient/1' },
  performer: [
    { reference: '#org' },
    { reference: 'http://x/Patient/2/_history/1' },
    { type: 'Patient' },
    { reference: 'urn:uuid:1' },
  ],
  contained: [{ resourceType: 'Organization', id: 'org' }],
  note: [{ text: 'a' }, { text: 'b' }],
  extension: [
    { url: 'urn:a', valueCode: 'one' },
    { url: 'urn:b', valueCode: 'two' },
  ],
};

const select = (
  expression: string,
  dataTypes: readonly string[] = ['Quantity', 'string', 'code'],
  from: Resource = resource,
): Json[] => compileExpression(expression, from.resourceType, dataTypes).select(from, from);

const cases: readonly (readonly [expression: string, ...values: Json[]])[] = [
  ['Observation.status', 'final'],
  ['Resource.status', 'final'],
  ['Patient.status'],
  ['Patient.status | Observation.status', 'final'],
  ['Observation.note.text', 'a', 'b'],
  ['Observation.note[0].text', 'a'],
  ['Observation.value', { value: 1 }],
  ['Observation.component.value', { value: 2 }, 'x', { value: 3 }],
  ['(Observation.component.value as Quantity)', { value: 2 }, { value: 3 }],
  ['Observation.component.value.as(string)', 'x'],
  ['Observation.component.value.ofType(FHIR.Quantity).value', 2, 3],
  ["Observation.note.where(text = 'b').text", 'b'],
  ["Observation.note.where(text != 'b').text", 'a'],
  ["Observation.note.where(text = 'a' or text = 'b').text", 'a', 'b'],
  ["Observation.note.where(text = 'a' and text = 'b').text"],
  ['Observation.note.where(text.exists()).text', 'a', 'b'],
  ['Observation.note.where(time.exists()).text'],
  ["Observation.extension('urn:b').value", 'two'],
  ["Observation.extension.where(url='urn:a').valueCode", 'one'],
  ['Observation.subject.where(resolve() is Patient)', { reference: 'Patient/1' }],
  ['Observation.performer.where(resolve() is Organization)', { reference: '#org' }],
  [
    'Observation.performer.where(resolve() is Patient)',
    { reference: 'http://x/Patient/2/_history/1' },
    { type: 'Patient' },
  ],
  ['Observation.status.exists() and Observation.status != false', true],
  ['Observation.issued.exists() and Observation.issued != false', false],
  ['%resource.status', 'final'],
  ['Observation.contained.as(Organization).id', 'org'],
  ['Observation.contained as Organization', { resourceType: 'Organization', id: 'org' }],
  ['Observation.note.text.first()', 'a'],
  ['Observation.note.count()', 2],
];

describe('search/expression', () => {
  for (const [expression, ...values] of cases) {
    it(expression, () => assert.deepEqual(select(expression), values));
  }

  it('takes only data types of interest where the last element is a choice', () => {
    assert.deepEqual(select('Observation.component.value', ['string']), ['x']);
  });

  it('tells types that references lead to', () => {
    const refersTo = (expression: string) => compileExpression(expression, 'Observation', []).refersTo;
    assert.deepEqual(refersTo('Observation.subject.where(resolve() is Patient) | Patient.link'), ['Patient']);
    assert.equal(refersTo('Observation.subject.where(resolve() is Patient) | Observation.focus'), undefined);
  });

  it('splits unions outside parentheses and strings', () => {
    assert.deepEqual(unionParts("A.b|(A.c | A.d)| A.e.where(f='|')"), ['A.b', '(A.c | A.d)', "A.e.where(f='|')"]);
  });

  it('leaves what it does not know to FHIRPath', () => {
    for (const expression of [
      'A.b.first()',
      'A.b[1]',
      'A.b.c[0]',
      "A.b & 'x'",
      'A.b + 1',
      'A.where(b > 1)',
      'A.where(b).as(C)',
      '',
      'A.',
    ]) {
      assert.equal(parseExpression(expression), undefined, expression);
    }
  });
});
