/** Codes of systems that a grammar or a library knows: units, languages, media types, currencies, countries, time zones. */
import assert from 'node:assert/strict';
import { grammarOf } from '../../src/validate/grammar.js';
import { marks, observation, patient } from './validator-fixture.js';

const table: [system: string, good: string[], bad: string[]][] = [
  [
    'http://unitsofmeasure.org',
    ['mg', 'mm[Hg]', '/min', '{score}', '10*3/uL', 'mL/min/{1.73_m2}', '%', '1', 'Cel', '[degF]'],
    ['zzz-bogus', 'degC', 'pounds', 'meter', 'days', 'kg.', 'm/', '(mg', 'kg/m^2', 'a'.repeat(101)],
  ],
  [
    'urn:ietf:bcp:47',
    [
      'en',
      'de-CH',
      'zh-Hant-TW',
      'es-419',
      'sl-rozaj-biske',
      'gsw',
      'ase',
      'bfi',
      'en-x-own',
      'x-own',
      'i-klingon',
      'EN-us',
    ],
    ['', 'e', 'zz', 'english', 'en_US', 'en-', 'en-ZZZ-', 'en-QQ', 'en-US-US', 'de-a'],
  ],
  [
    'urn:ietf:bcp:13',
    [
      'text/plain',
      'text/plain; charset=UTF-8',
      'application/fhir+json',
      'image/*',
      'multipart/x; boundary="a b"',
      'xml',
    ],
    ['text', 'text/', '/plain', 'a b/c', 'text/plain;charset', 'zzz-bogus'],
  ],
  ['urn:iso:std:iso:4217', ['USD', 'EUR', 'XAU'], ['usd', 'US', 'ZZZ', 'dollar']],
  ['urn:iso:std:iso:3166', ['US', 'US-CA', 'USA', '840'], ['us', 'QQ', 'zzz-bogus', 'USAA']],
  ['https://www.iana.org/time-zones', ['Europe/Vienna', 'UTC', 'America/New_York'], ['Europe/Nowhere', '+01:00', 'x']],
];

describe('[R31] code systems without a list', () => {
  for (const [system, good, bad] of table) {
    it(system, () => {
      const has = grammarOf(system)!;
      assert.deepEqual(
        good.filter(code => !has(code)),
        [],
      );
      assert.deepEqual(bad.filter(has), []);
    });
  }

  it('in Coding and Quantity, whatever the binding', () => {
    const system = 'http://unitsofmeasure.org';
    assert.deepEqual(marks(observation({ valueQuantity: { value: 1, system, code: 'pounds' } })), [
      'code-invalid Observation.value',
    ]);
    assert.deepEqual(marks(observation({ valueQuantity: { value: 1, unit: 'pounds' } })), []);
    const language = { coding: [{ system: 'urn:ietf:bcp:47', code: 'en_US' }] };
    assert.deepEqual(marks(patient({ communication: [{ language }] })), [
      'code-invalid Patient.communication[0].language.coding[0]',
    ]);
    const duration = [{ url: 'urn:example:x', valueDuration: { value: 1, system, code: 'days' } }];
    assert.deepEqual(marks(patient({ extension: duration })), ['code-invalid Patient.extension[0].value']);
  });

  it('in plain codes with a required binding, or a maximum value set', () => {
    const photo = (contentType: string): string[] => marks(patient({ photo: [{ contentType }] }));
    assert.deepEqual(photo('image/png'), []);
    assert.deepEqual(photo('png file'), ['code-invalid Patient.photo[0].contentType']);
    assert.deepEqual(marks(patient({ language: 'en_US' })), ['code-invalid Patient.language']);
    assert.deepEqual(marks(patient({ language: 'gsw' })), []);
    assert.deepEqual(marks(patient({ communication: [{ language: { text: 'Klingon' } }] })), []);
    const other = { coding: [{ system: 'urn:example:languages', code: 'english' }] };
    assert.deepEqual(marks(patient({ communication: [{ language: other }] })), [
      'code-invalid Patient.communication[0].language',
    ]);
    const money = { resourceType: 'Invoice', status: 'draft', totalNet: { value: 1, currency: 'ZZZ' } };
    assert.deepEqual(marks(money), ['code-invalid Invoice.totalNet.currency']);
  });
});
