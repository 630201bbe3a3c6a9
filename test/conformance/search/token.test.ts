/** Token search over HTTP. https://hl7.org/fhir/R4/search.html#token */
import { eachCustomer, finds, refuses, resource } from './customer.js';

const loinc = 'http://loinc.org';
const v2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const category = 'http://terminology.hl7.org/CodeSystem/observation-category';
const observation = (id: string, code: object, more: object = {}) =>
  resource('Observation', id, { status: 'final', code, ...more });
const mr = { coding: [{ system: v2, code: 'MR' }] };

const resources = [
  resource('Medication', 'lot', { batch: { lotNumber: 'Lot-7aB' } }),
  resource('Medication', 'other-lot', { batch: { lotNumber: 'LOT-7AC' } }),
  observation('weight', { coding: [{ system: loinc, code: '29463-7', display: 'Body weight' }], text: 'Weight' }),
  observation('local', { coding: [{ code: '29463-7' }] }),
  observation('two', {
    coding: [
      { system: loinc, code: '8302-2', display: 'Body height' },
      { system: 'http://local.example', code: 'HT' },
    ],
  }),
  observation(
    'text',
    { text: 'Äußere Größe' },
    { category: [{ coding: [{ system: category, code: 'vital-signs' }] }] },
  ),
  observation('system', { coding: [{ system: 'http://nocode.example' }] }, { status: 'amended' }),
  ...['text/xml; charset=UTF-8', 'text/xml', 'text/plain'].map((contentType, at) =>
    resource('DocumentReference', `d${at}`, {
      status: 'current',
      content: [{ attachment: { contentType, url: 'http://example.org/x' } }],
    }),
  ),
  resource('Patient', 'amy', {
    active: true,
    gender: 'female',
    identifier: [{ system: 'urn:mrn', value: 'A1', type: mr }],
    telecom: [
      { system: 'phone', value: '(03) 5555-6473', use: 'home' },
      { system: 'email', value: 'Amy@Example.org' },
    ],
  }),
  resource('Patient', 'ben', {
    active: false,
    gender: 'male',
    identifier: [{ value: 'A1' }, { system: 'urn:other', value: 'a1' }],
  }),
  resource('Patient', 'cat', { identifier: [{ system: 'urn:mrn', value: 'A|1,2' }], deceasedBoolean: true }),
];

describe('token search', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R81', [
      ['of a string, in any case', 'Medication?lot-number=LOT-7AB', 'lot'],
      ['of a string, as it is', 'Medication?lot-number=Lot-7aB', 'lot'],
      ['of a string, in lower case', 'Medication?lot-number=lot-7ab,lot-7ac', 'lot', 'other-lot'],
      ['of a string, whole', 'Medication?lot-number=lot-7'],
      ['not that string', 'Medication?lot-number:not=LOT-7AB', 'other-lot'],
      ['codes keep their case', 'Patient?gender=FEMALE'],
      ['identifiers too', 'Patient?identifier=urn:mrn%7Ca1'],
      ['a code of any system', 'Observation?code=29463-7', 'weight', 'local'],
      ['a code of a system', `Observation?code=${loinc}%7C29463-7`, 'weight'],
      ['a code without a system', 'Observation?code=%7C29463-7', 'local'],
      ['any code of a system', `Observation?code=${loinc}%7C`, 'weight', 'two'],
      ['a system without a code', 'Observation?code=http://nocode.example%7C', 'system'],
      ['the second coding', 'Observation?code=http://local.example%7CHT', 'two'],
      ['either', 'Observation?code=29463-7,8302-2', 'weight', 'local', 'two'],
      ['both, of one concept', `Observation?code=8302-2&code=HT`, 'two'],
      ['not', 'Observation?code:not=29463-7', 'two', 'text', 'system'],
      ['not any of these', 'Observation?code:not=29463-7,8302-2', 'text', 'system'],
      ['not, where there is no value', 'Observation?category:not=vital-signs', 'weight', 'local', 'two', 'system'],
      ['text of the display', 'Observation?code:text=body', 'weight', 'two'],
      ['text of the concept', 'Observation?code:text=aussere', 'text'],
      ['text as the start alone', 'Observation?code:text=height'],
      ['a code in another case', 'Observation?code=ht'],
      ['a code of a required binding', 'Observation?status=amended', 'system'],
      ['its implied system', 'Observation?status=http://hl7.org/fhir/observation-status%7Camended', 'system'],
      ['a boolean', 'Patient?active=true', 'amy'],
      ['the other boolean', 'Patient?active=false', 'ben'],
      ['a boolean that is missing', 'Patient?active:missing=true', 'cat'],
      ['a choice of types', 'Patient?deceased=true', 'cat'],
      ['gender, one of two', 'Patient?gender=male,female', 'amy', 'ben'],
      ['an identifier of any system', 'Patient?identifier=A1', 'amy', 'ben'],
      ['identifiers are case-sensitive', 'Patient?identifier=a1', 'ben'],
      ['an identifier of a system', 'Patient?identifier=urn:mrn%7CA1', 'amy'],
      ['an identifier without a system', 'Patient?identifier=%7CA1', 'ben'],
      ['a system alone', 'Patient?identifier=urn:mrn%7C', 'amy', 'cat'],
      ['an identifier of a type', `Patient?identifier:of-type=${v2}%7CMR%7CA1`, 'amy'],
      ['of another type', `Patient?identifier:of-type=${v2}%7CSS%7CA1`],
      ['escaped separators', 'Patient?identifier=urn:mrn%7CA%5C%7C1%5C,2', 'cat'],
      ['a phone number, written differently', 'Patient?phone=0355556473', 'amy'],
      ['a phone number as it is', 'Patient?phone=(03)%205555-6473', 'amy'],
      ['an address in another case', 'Patient?email=amy@example.org', 'amy'],
      ['a MIME type as it is', 'DocumentReference?contenttype=text/xml', 'd1'],
      ['a MIME type, with parameters or without', 'DocumentReference?contenttype:below=text/xml', 'd0', 'd1'],
      ['any contact', 'Patient?telecom=AMY@EXAMPLE.ORG', 'amy'],
    ]);
    refuses(customer, 'R65', [
      ['three bars', 'Observation?code=a%7Cb%7Cc%7Cd', 'value'],
      ['two bars', 'Observation?code=a%7Cb%7Cc', 'value'],
      ['a bar alone', 'Observation?code=%7C', 'value'],
      ['an empty token', 'Observation?code=', 'value'],
      ['half an of-type', 'Patient?identifier:of-type=MR', 'value'],
      ['a modifier of strings', 'Observation?code:exact=x', 'not-supported'],
      ['a modifier in a modifier', 'Observation?code:not:not=x', 'not-supported'],
    ]);
  });
});
