/** Number and quantity search. */
import assert from 'node:assert/strict';
import { parseDecimal } from '../../../src/search/types/decimal.js';
import { find, refused, table } from '../searching.js';

const raw = (text: string) => (JSON as unknown as { rawJSON(text: string): { rawJSON: string } }).rawJSON(text);
const risks = [0.5, 0.8, 99, 100, 100.4, 105].map(probability => ({
  resourceType: 'RiskAssessment',
  id: String(probability),
  prediction: [{ probabilityDecimal: probability }],
}));

const ucum = 'http://unitsofmeasure.org';
const value = (id: string, valueQuantity: object) => ({
  resourceType: 'Observation',
  id,
  valueQuantity: valueQuantity as never,
});
const observations = [
  value('mg', { value: 5.4, unit: 'milligram', system: ucum, code: 'mg' }),
  value('g', { value: 0.0054, unit: 'g', system: ucum, code: 'g' }),
  value('digits', { value: raw('5.40'), unit: 'mg', system: ucum, code: 'mg' }),
  value('bare', { value: 5.4 }),
  value('pill', { value: 5.4, unit: '{pill}', system: ucum, code: '{pill}' }),
  value('more', { value: 5.4, comparator: '>', system: ucum, code: 'mg' }),
  value('fever', { value: 39, unit: '°C', system: ucum, code: 'Cel' }),
];

describe('search/types/number', () => {
  table(risks, 'RiskAssessment', [
    ['[R84] implied precision', 'probability=100', '100', '100.4'],
    ['[R84] more precision', 'probability=100.0', '100'],
    ['[R84] exponent', 'probability=1e2', '99', '100', '100.4'],
    ['[R84] exponent with fraction', 'probability=5.0e-1', '0.5'],
    ['[R84] gt is exact', 'probability=gt100', '100.4', '105'],
    ['[R84] ge', 'probability=ge100', '100', '100.4', '105'],
    ['[R84] lt', 'probability=lt0.8', '0.5'],
    ['[R84] le', 'probability=le0.8', '0.5', '0.8'],
    ['[R84] ne', 'probability=ne100', '0.5', '0.8', '99', '105'],
    ['[R84] ap', 'probability=ap100', '99', '100', '100.4', '105'],
    ['[R84] sa', 'probability=sa100.4', '105'],
    ['[R84] eb', 'probability=eb99', '0.5', '0.8'],
  ]);

  it('[R65] what is no number is refused', () => {
    for (const query of [
      'probability=gt',
      'probability=foo',
      'probability=1e',
      'probability=0x10',
      'probability=1e9999',
      'probability=Infinity',
    ]) {
      refused('RiskAssessment', query, 'invalid', 'value');
    }
  });

  it('[R84] precision is exact in decimals', () => {
    assert.equal(parseDecimal('5.4')?.lo, 5.35);
    assert.equal(parseDecimal('-5.4')?.lo, -5.45);
    assert.ok((parseDecimal('5.4')?.hi ?? 9) < 5.45);
    assert.equal(parseDecimal('0')?.lo, -0.5);
  });
});

describe('search/types/quantity', () => {
  table(observations, 'Observation', [
    ['[R84] number in any unit', 'value-quantity=5.4', 'mg', 'digits', 'bare', 'pill'],
    ['[R84] in a unit, others converted', `value-quantity=5.4|${ucum}|mg`, 'mg', 'g', 'digits'],
    ['[R84] in another unit', `value-quantity=5400|${ucum}|ug`, 'mg', 'g', 'digits'],
    ['[R84] exact comparison across units', `value-quantity=ge0.0054|${ucum}|g`, 'mg', 'g', 'digits', 'more'],
    ['[R84] by code or unit', 'value-quantity=5.4||mg', 'mg', 'digits'],
    ['[R84] by unit as displayed', 'value-quantity=5.4||milligram', 'mg'],
    ['[R84] annotated units stay apart', `value-quantity=5.4|${ucum}|{pill}`, 'pill'],
    ['[R84] bars without units', 'value-quantity=5.4||', 'mg', 'digits', 'bare', 'pill'],
    ['[R84] comparator in the data', `value-quantity=gt100|${ucum}|mg`, 'more'],
    ['[R84] temperatures', `value-quantity=gt100|${ucum}|[degF]`, 'fever'],
    ['[R84] another system', 'value-quantity=5.4|urn:x|mg'],
    ['[R84] any unit of a system, not converted', `value-quantity=5.4|${ucum}`, 'mg', 'digits', 'pill'],
    ['[R84] no unit of another system', 'value-quantity=5.4|urn:x|'],
  ]);

  it('[R65] malformed quantities are refused', () => {
    for (const text of ['a', '5|b|c|d', '|x|y', 'gt|x|y'])
      refused('Observation', `value-quantity=${text}`, 'invalid', 'value');
  });

  it('[R84] the lowest and highest of a range', () => {
    const condition = {
      resourceType: 'Condition',
      id: 'a',
      onsetRange: { low: { value: 10, unit: 'a' }, high: { value: 20, unit: 'a' } },
    };
    assert.deepEqual(find([condition], 'Condition', 'onset-age=gt15'), ['a']);
    assert.deepEqual(find([condition], 'Condition', 'onset-age=lt10'), []);
    assert.deepEqual(find([condition], 'Condition', 'onset-age=gt15||a'), ['a']);
  });

  it('[R84] money by currency', () => {
    const invoice = { resourceType: 'Invoice', id: 'a', totalNet: { value: 12, currency: 'EUR' } };
    assert.deepEqual(find([invoice], 'Invoice', 'totalnet=12|urn:iso:std:iso:4217|EUR'), ['a']);
    assert.deepEqual(find([invoice], 'Invoice', 'totalnet=12||USD'), []);
  });
});
