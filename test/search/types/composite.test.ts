/** Composite search. */
import { refused, table } from '../searching.js';

const loinc = 'http://loinc.org';
const code = (code: string) => ({ coding: [{ system: loinc, code }] });
const mmHg = (value: number) => ({ value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' });
const observations = [
  {
    resourceType: 'Observation',
    id: 'bp',
    code: code('85354-9'),
    component: [
      { code: code('8480-6'), valueQuantity: mmHg(120) },
      { code: code('8462-4'), valueQuantity: mmHg(80) },
    ],
  },
  { resourceType: 'Observation', id: 'systolic', code: code('8480-6'), valueQuantity: mmHg(150) },
  { resourceType: 'Observation', id: 'text', code: code('T'), valueString: 'Rather Pale' },
  {
    resourceType: 'Observation',
    id: 'concept',
    code: code('C'),
    valueCodeableConcept: { coding: [{ system: 'urn:v', code: 'pos' }] },
  },
  { resourceType: 'Observation', id: 'dated', code: code('D'), valueDateTime: '2024-05-01' },
];

const documents = [
  {
    resourceType: 'DocumentReference',
    id: 'd',
    relatesTo: [
      { code: 'replaces', target: { reference: 'DocumentReference/old' } },
      { code: 'appends', target: { reference: 'DocumentReference/other' } },
    ],
  },
];

const sequences = [
  {
    resourceType: 'MolecularSequence',
    id: 's',
    referenceSeq: { chromosome: { coding: [{ code: '1' }] } },
    variant: [
      { start: 10, end: 20 },
      { start: 30, end: 40 },
    ],
  },
];

const groups = [
  {
    resourceType: 'Group',
    id: 'g',
    characteristic: [
      { code: { coding: [{ code: 'gender' }] }, valueCodeableConcept: { coding: [{ code: 'mixed' }] } },
      { code: { coding: [{ code: 'owner' }] }, valueBoolean: true },
    ],
  },
];

describe('search/types/composite', () => {
  table(observations, 'Observation', [
    ['[R86] component pair', 'combo-code-value-quantity=8480-6$120', 'bp'],
    ['[R86] parts of different components never mix', 'combo-code-value-quantity=8480-6$80'],
    ['[R86] combo looks at both levels', 'combo-code-value-quantity=8480-6$gt100', 'bp', 'systolic'],
    ['[R86] the resource itself', 'code-value-quantity=8480-6$gt100', 'systolic'],
    ['[R86] components alone', `component-code-value-quantity=${loinc}|8480-6$gt100`, 'bp'],
    ['[R86] units convert', `code-value-quantity=${loinc}|8480-6$gt19|http://unitsofmeasure.org|kPa`, 'systolic'],
    ['[R86] string', 'code-value-string=T$rather', 'text'],
    ['[R86] concept', `code-value-concept=${loinc}|C$urn:v|pos`, 'concept'],
    ['[R86] date', 'code-value-date=D$ge2024', 'dated'],
    ['[R86] or', 'code-value-concept=C$neg,C$pos', 'concept'],
    ['[R71] missing', 'code-value-quantity:missing=false', 'systolic'],
  ]);

  table(documents, 'DocumentReference', [
    ['[R86] relationship', 'relationship=DocumentReference/old$replaces', 'd'],
    ['[R86] relationship by id', 'relationship=old$replaces', 'd'],
    ['[R86] relationship of another', 'relationship=other$replaces'],
  ]);

  table(sequences, 'MolecularSequence', [
    ['[R86] two ordered values', 'chromosome-variant-coordinate=1$lt15$gt15', 's'],
    ['[R86] two ordered values of different elements', 'chromosome-variant-coordinate=1$lt15$gt25'],
  ]);

  table(groups, 'Group', [
    ['[R86] pair of codes', 'characteristic-value=gender$mixed', 'g'],
    ['[R86] code and boolean', 'characteristic-value=owner$true', 'g'],
    ['[R86] codes crossed', 'characteristic-value=gender$true'],
  ]);

  it('[R65] parts must be there', () => {
    for (const value of ['8480-6', '8480-6$', '$5', 'a$5$6', 'a$b', 'urn:x|$5']) {
      refused('Observation', `code-value-quantity=${encodeURIComponent(value)}`, 'invalid', 'value');
    }
  });
});
