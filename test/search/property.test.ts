/** Arbitrary searches: parsing gives a search or a Fault, and quickly. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../src/fhir/fault.js';
import { parseSearch } from '../../src/search/parse.js';
import { localBases, now, registry } from './searching.js';
import { processorTime } from '../fixtures/processor-time.js';
import { samples } from '../fixtures/samples.js';

function survives(type: string, query: [string, string][], lenient: boolean): void {
  try {
    parseSearch(registry, { type, query, lenient, now, localBases, limits: { maxPageSize: 100 } });
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
  }
}

const types = ['Patient', 'Observation', 'ValueSet', 'RiskAssessment', 'MolecularSequence'];
const pieces = [
  '_has:',
  'Observation',
  ':',
  '.',
  'patient',
  'subject',
  'name',
  '_filter',
  'code',
  '|',
  ',',
  '$',
  '\\',
  '-',
  'ge',
  '2020',
  '(',
  ')',
  '"',
  ' and ',
  ' eq ',
  '_sort',
  '\ud800',
  '\0',
];
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map(parts => parts.join('')),
);
const names = fc.oneof(
  text,
  fc.constantFrom(
    ...types.flatMap(type => registry.of(type).map(param => param.code)),
    '_sort',
    '_count',
    '_filter',
    '_include',
    '_list',
  ),
);

describe('search parameters of any kind', () => {
  it('[R65] never fail but with a Fault', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.array(fc.tuple(names, text), { maxLength: 4 }), fc.boolean(), survives),
      { numRuns: samples(2000, 100_000) },
    );
  });

  it('[F08] long hostile values take no time', () => {
    const start = processorTime();
    const values = [
      'a'.repeat(100_000),
      '\\'.repeat(100_000),
      '*'.repeat(10_000),
      '('.repeat(100_000),
      '"'.repeat(100_000),
      ' '.repeat(100_000),
      '/'.repeat(100_000),
    ];
    for (const value of values) {
      for (const name of [
        'name',
        'name:contains',
        '_filter',
        '_content',
        'email',
        'phone',
        'birthdate',
        '_id',
        'general-practitioner',
        '_profile:above',
        '_sort',
        '_include',
      ]) {
        survives('Patient', [[name, value]], false);
        survives('Patient', [[name, `http://x${value}`]], false);
      }
      survives('Observation', [['value-quantity', value]], false);
      survives('Observation', [['code-value-quantity', value]], false);
    }
    assert.ok(processorTime() - start < 3000);
  });
});
