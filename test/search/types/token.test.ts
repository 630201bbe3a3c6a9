/** Token search. */
import assert from 'node:assert/strict';
import { createRegistry } from '../../../src/search/registry.js';
import { find, refused, searchParameters, table } from '../searching.js';

const mrn = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }],
  text: 'Medical record',
};
const patients = [
  {
    resourceType: 'Patient',
    id: 'a',
    active: true,
    gender: 'female',
    identifier: [{ system: 'urn:mrn', value: 'X1', type: mrn }],
    telecom: [
      { system: 'email', value: 'Eve@Example.org', use: 'home' },
      { system: 'phone', value: '+1 (555) 010-2000' },
    ],
    maritalStatus: { coding: [{ system: 'urn:s', code: 'M', display: 'Married' }], text: 'In wedlock' },
  },
  { resourceType: 'Patient', id: 'b', gender: 'male', identifier: [{ value: 'X1' }], deceasedBoolean: false },
  { resourceType: 'Patient', id: 'c', identifier: [{ system: 'urn:other', value: 'x1' }], deceasedDateTime: '2020' },
];

const conditions = [
  {
    resourceType: 'Condition',
    id: 'flu',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '6142004', display: 'Influenza' }] },
  },
  { resourceType: 'Condition', id: 'text', code: { text: 'Influenza, probably' } },
  { resourceType: 'Condition', id: 'local', code: { coding: [{ code: 'a|b$c,d' }] } },
  { resourceType: 'Condition', id: 'none' },
];

describe('search/types/token', () => {
  table(patients, 'Patient', [
    ['[R81] code in any system', 'identifier=X1', 'a', 'b'],
    ['[R81] identifiers mind case', 'identifier=x1', 'c'],
    ['[R81] system and code', 'identifier=urn:mrn|X1', 'a'],
    ['[R81] no system', 'identifier=|X1', 'b'],
    ['[R81] any code of a system', 'identifier=urn:other|', 'c'],
    ['[R81] or', 'identifier=urn:mrn|X1,urn:other|x1', 'a', 'c'],
    ['[R81] of-type', 'identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|X1', 'a'],
    ['[R81] of-type of another type', 'identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|X1'],
    ['[R81] text of an identifier type', 'identifier:text=medical', 'a'],
    ['[R81] not includes those without value', 'gender:not=male', 'a', 'c'],
    ['[R81] not, with two values, is neither', 'gender:not=male,female', 'c'],
    ['[R81] boolean', 'active=true', 'a'],
    ['[R81] code element', 'gender=female', 'a'],
    ['[R81] code element with its implied system', 'gender=http://hl7.org/fhir/administrative-gender|female', 'a'],
    ['[R81] code element in another system', 'gender=urn:x|female'],
    ['[R81] e-mail without case', 'email=eve@example.ORG', 'a'],
    ['[R81] phone without punctuation', 'phone=+15550102000', 'a'],
    ['[R81] phone as written', 'telecom=+1 (555) 010-2000', 'a'],
    ['[R81] an e-mail is no phone', 'phone=eve@example.org'],
    ['[R81] contact use', 'email=home|eve@example.org', 'a'],
    ['[R81] deceased when dated', 'deceased=true', 'c'],
    ['[R81] not deceased, said or not', 'deceased=false', 'a', 'b'],
    ['[R71] missing', 'active:missing=true', 'b', 'c'],
  ]);

  table(conditions, 'Condition', [
    ['[R81] concept', 'code=http://snomed.info/sct|6142004', 'flu'],
    ['[R81] text finds display and text', 'code:text=influenza', 'flu', 'text'],
    ['[R81] text begins there', 'code:text=probably'],
    ['[R70] escaped separators are literal', 'code=a\\|b\\$c\\,d', 'local'],
    ['[R81] not', 'code:not=6142004', 'text', 'local', 'none'],
    ['[R71] missing counts text as a value', 'code:missing=true', 'none'],
  ]);

  it('[R65] malformed tokens are refused', () => {
    for (const value of ['a|b|c|d', 'a|b|c', '|', '']) refused('Patient', `identifier=${value}`, 'invalid', 'value');
    refused('Patient', 'identifier:of-type=a|b', 'invalid', 'value');
  });

  it('[R64] modifiers of other types are not understood', () => {
    refused('Patient', 'identifier:exact=a', 'invalid', 'not-supported');
    refused('Patient', 'identifier:in=http://x', 'invalid', 'not-supported');
    refused('Patient', 'identifier:constructor=a', 'invalid', 'not-supported');
  });

  describe('with terminology', () => {
    const sct = 'http://snomed.info/sct';
    const registry = createRegistry(searchParameters, {
      terminology: {
        expand: valueSet => (valueSet === 'urn:flu' ? [{ system: sct, code: '6142004' }] : undefined),
        subsumed: ({ code }, direction) =>
          code === '50417007' && direction === 'below'
            ? [
                { system: sct, code },
                { system: sct, code: '6142004' },
              ]
            : [{ system: sct, code }],
      },
    });
    const search = (query: string) => find(conditions, 'Condition', query, { registry });

    it('[R81] in and not-in expand value sets', () => {
      assert.deepEqual(search('code:in=urn:flu'), ['flu']);
      assert.deepEqual(search('code:not-in=urn:flu'), ['text', 'local', 'none']);
      assert.throws(() => search('code:in=urn:unknown'), { kind: 'invalid' });
    });

    it('[R81] above and below follow the hierarchy', () => {
      assert.deepEqual(search(`code:below=${sct}|50417007`), ['flu']);
      assert.deepEqual(search(`code:above=${sct}|50417007`), []);
      assert.throws(() => search('code:below=50417007'), { kind: 'invalid' });
    });
  });
});
