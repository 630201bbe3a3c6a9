/** Number, quantity and composite search over HTTP. https://hl7.org/fhir/R4/search.html#quantity */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const ucum = 'http://unitsofmeasure.org';
const loinc = 'http://loinc.org';
const coding = (code: string) => ({ coding: [{ system: loinc, code }] });
const observation = (id: string, content: object) =>
  resource('Observation', id, { status: 'final', code: coding('3141-9'), ...content });
const quantity = (value: number, code: string, unit = code) => ({ value, system: ucum, code, unit });
const measured = (id: string, value: number, code: string, unit?: string) =>
  observation(id, { valueQuantity: quantity(value, code, unit) });
const risk = (id: string, prediction: object) =>
  resource('RiskAssessment', id, { status: 'final', subject: { reference: 'Patient/x' }, prediction: [prediction] });
const component = (code: string, value: object) => ({ code: coding(code), ...value });

const resources = [
  measured('mg', 5.4, 'mg'),
  measured('g', 0.0054, 'g'),
  measured('kg', 72, 'kg', 'kilogram'),
  measured('lb', 160, '[lb_av]'),
  observation('unitless', { valueQuantity: { value: 5.4 } }),
  observation('named', { valueQuantity: { value: 5.4, unit: 'mg' } }),
  observation('less', { valueQuantity: { value: 3, comparator: '<', system: ucum, code: 'mg' } }),
  observation('string', { valueString: 'Negative' }),
  observation('concept', {
    valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '260385009' }] },
  }),
  observation('pressure', {
    code: coding('85354-9'),
    component: [
      component('8480-6', { valueQuantity: quantity(150, 'mm[Hg]') }),
      component('8462-4', { valueQuantity: quantity(60, 'mm[Hg]') }),
    ],
  }),
  observation('calm', {
    code: coding('85354-9'),
    component: [
      component('8480-6', { valueQuantity: quantity(110, 'mm[Hg]') }),
      component('8462-4', { valueQuantity: quantity(70, 'mm[Hg]') }),
    ],
  }),
  risk('r100', { probabilityDecimal: 100 }),
  risk('r02', { probabilityDecimal: 0.2 }),
  risk('r025', { probabilityDecimal: 0.25 }),
  risk('range', { probabilityRange: { low: quantity(10, '%'), high: quantity(20, '%') } }),
  resource('DocumentReference', 'replacing', {
    status: 'current',
    content: [{ attachment: { url: 'http://example.org/a' } }],
    relatesTo: [
      { code: 'replaces', target: { reference: 'DocumentReference/old' } },
      { code: 'appends', target: { reference: 'DocumentReference/base' } },
    ],
  }),
];

describe('number and quantity search', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R84', [
      ['a number', 'RiskAssessment?probability=0.2', 'r02'],
      ['its implied precision', 'RiskAssessment?probability=0.20', 'r02'],
      ['within the precision', 'RiskAssessment?probability=0.3', 'r025'],
      ['beyond the precision', 'RiskAssessment?probability=0.26'],
      ['a whole number', 'RiskAssessment?probability=100', 'r100'],
      ['an exponent', 'RiskAssessment?probability=1e2', 'r100'],
      ['a negative exponent', 'RiskAssessment?probability=2e-1', 'r02'],
      ['gt', 'RiskAssessment?probability=gt0.25', 'r100', 'range'],
      ['ge', 'RiskAssessment?probability=ge0.25', 'r025', 'r100', 'range'],
      ['lt', 'RiskAssessment?probability=lt0.25', 'r02'],
      ['le', 'RiskAssessment?probability=le0.25', 'r02', 'r025'],
      ['ne', 'RiskAssessment?probability=ne100', 'r02', 'r025', 'range'],
      ['sa: a range wholly above', 'RiskAssessment?probability=sa5', 'r100', 'range'],
      ['eb: a range wholly below', 'RiskAssessment?probability=eb50', 'r02', 'r025', 'range'],
      ['gt within a range', 'RiskAssessment?probability=gt15', 'r100', 'range'],
      ['ap', 'RiskAssessment?probability=ap95', 'r100'],
      ['a quantity in any unit', 'Observation?value-quantity=5.4', 'mg', 'unitless', 'named'],
      ['in its unit', `Observation?value-quantity=5.4%7C${ucum}%7Cmg`, 'mg', 'g'],
      ['in another unit', `Observation?value-quantity=0.0054%7C${ucum}%7Cg`, 'mg', 'g'],
      ['in a third unit', `Observation?value-quantity=5400%7C${ucum}%7Cug`, 'mg', 'g'],
      ['between systems of units', `Observation?value-quantity=gt72%7C${ucum}%7Ckg`, 'lb'],
      ['code without system', 'Observation?value-quantity=5.4%7C%7Cmg', 'mg', 'named'],
      ['by the unit that people read', 'Observation?value-quantity=72%7C%7Ckilogram', 'kg'],
      ['another system', 'Observation?value-quantity=5.4%7Chttp://local.example%7Cmg'],
      ['any unit of a system', `Observation?value-quantity=5.4%7C${ucum}`, 'mg'],
      ['the same with a bar', `Observation?value-quantity=5.4%7C${ucum}%7C`, 'mg'],
      ['another dimension', `Observation?value-quantity=5.4%7C${ucum}%7CmL`],
      ['gt in a unit', `Observation?value-quantity=gt5%7C${ucum}%7Cmg`, 'mg', 'g', 'kg', 'lb'],
      ['le in a unit', `Observation?value-quantity=le5.4%7C${ucum}%7Cmg`, 'mg', 'g', 'less'],
      ['a stored comparator', `Observation?value-quantity=lt1%7C${ucum}%7Cmg`, 'less'],
      ['ap in a unit', `Observation?value-quantity=ap5%7C${ucum}%7Cmg`, 'mg', 'g'],
      ['eb in a unit', `Observation?value-quantity=eb5%7C${ucum}%7Cmg`, 'less'],
      ['a component', `Observation?component-value-quantity=150%7C${ucum}%7Cmm[Hg]`, 'pressure'],
      ['a component or a value', 'Observation?combo-value-quantity=ge150', 'lb', 'pressure'],
    ]);
    finds(customer, 'R86', [
      ['code and value', `Observation?code-value-quantity=3141-9$gt5%7C${ucum}%7Cmg`, 'mg', 'g', 'kg', 'lb'],
      ['code with its system', `Observation?code-value-quantity=${loinc}%7C3141-9$gt100`, 'lb'],
      ['parts of one component', 'Observation?component-code-value-quantity=8480-6$gt140', 'pressure'],
      ['never of two components', 'Observation?component-code-value-quantity=8462-4$gt140'],
      ['lower than', 'Observation?component-code-value-quantity=8480-6$lt120', 'calm'],
      ['combo: in components', 'Observation?combo-code-value-quantity=8462-4$le60', 'pressure'],
      ['combo: at the top', 'Observation?combo-code-value-quantity=3141-9$72', 'kg'],
      ['combo: not the outer code with an inner value', 'Observation?combo-code-value-quantity=85354-9$gt1'],
      ['code and string', 'Observation?code-value-string=3141-9$neg', 'string'],
      ['any code of a system, and string', `Observation?code-value-string=${loinc}%7C$neg`, 'string'],
      [
        'code, and any concept of a system',
        'Observation?code-value-concept=3141-9$http://snomed.info/sct%7C',
        'concept',
      ],
      ['code and concept', 'Observation?code-value-concept=3141-9$http://snomed.info/sct%7C260385009', 'concept'],
      ['another concept', 'Observation?code-value-concept=3141-9$http://snomed.info/sct%7C10828004'],
      ['one of two', 'Observation?code-value-quantity=3141-9$72,3141-9$160', 'kg', 'lb'],
      ['relationship', 'DocumentReference?relationship=DocumentReference/old$replaces', 'replacing'],
      ['relationship of another item', 'DocumentReference?relationship=DocumentReference/old$appends'],
      ['missing', 'RiskAssessment?probability:missing=true'],
    ]);
    it('[R86] two intervals: an update takes away one of two with the same start', async () => {
      const variants = (...ends: number[]) =>
        resource('MolecularSequence', 'variants', {
          ...{ coordinateSystem: 0, variant: ends.map(end => ({ start: 100, end })) },
          referenceSeq: {
            genomeBuild: 'GRCh 37',
            chromosome: { coding: [{ code: '1' }] },
            windowStart: 1,
            windowEnd: 999,
          },
        });
      const search = (end: number) => customer().ids(`MolecularSequence?chromosome-variant-coordinate=1$100$${end}`);
      await customer().load(variants(200, 300));
      assert.deepEqual([await search(200), await search(300)], [['variants'], ['variants']]);
      await customer().load(variants(300));
      assert.deepEqual([await search(200), await search(300)], [[], ['variants']]);
    });

    refuses(customer, 'R65', [
      ['a prefix without number', 'RiskAssessment?probability=gt', 'value'],
      ['no number', 'RiskAssessment?probability=foo', 'value'],
      ['a quantity of four parts', 'Observation?value-quantity=1%7Ca%7Cb%7Cc', 'value'],
      ['a quantity without number', `Observation?value-quantity=%7C${ucum}%7Cmg`, 'value'],
      ['a system beside a quantity', `Observation?code-value-quantity=${loinc}%7C$5`, 'value'],
      ['a unit that is a system beside a code', `Observation?code-value-quantity=3141-9$5%7C${ucum}`, 'value'],
      ['half a composite', 'Observation?code-value-quantity=3141-9', 'value'],
      ['a composite of three', 'Observation?code-value-quantity=3141-9$5$6', 'value'],
      ['a composite with a bad part', 'Observation?code-value-quantity=3141-9$foo', 'value'],
      ['a modifier on a composite', 'Observation?code-value-quantity:not=3141-9$5', 'not-supported'],
    ]);
  });
});
