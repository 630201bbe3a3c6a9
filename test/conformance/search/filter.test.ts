/** `_filter`: its grammar, and each operator on each type of parameter. https://hl7.org/fhir/R4/search_filter.html */
import { eachCustomer, finds, refuses, resource, type Line } from './customer.js';

const UCUM = 'http://unitsofmeasure.org';
const observation = (id: string, content: object) =>
  resource('Observation', id, { status: 'final', code: { text: 'x' }, ...content });

const resources = [
  resource('Patient', 'anna', {
    name: [{ family: 'Müller', given: ['Anna'] }],
    gender: 'female',
    birthDate: '1980-05-01',
  }),
  resource('Patient', 'ben', { name: [{ family: 'Miller', given: ['Ben'] }], gender: 'male', birthDate: '1990' }),
  resource('Patient', 'none'),
  observation('day', { subject: { reference: 'Patient/anna' }, effectiveDateTime: '2020-03-02' }),
  observation('week', {
    code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
    subject: { reference: 'Patient/ben' },
    effectivePeriod: { start: '2020-03-01', end: '2020-03-07' },
    valueQuantity: { value: 120, system: UCUM, code: 'mm[Hg]', unit: 'mmHg' },
  }),
  observation('since', { effectivePeriod: { start: '2020-03-05' }, valueQuantity: { value: 7.5 } }),
  resource('ValueSet', 'short', { url: 'http://example.org/fhir/ValueSet/Short', status: 'active' }),
  resource('ValueSet', 'long', { url: 'http://example.org/fhir/ValueSet/long', status: 'active' }),
  resource('CodeSystem', 'beasts', {
    url: 'http://example.org/beasts',
    status: 'active',
    content: 'complete',
    concept: [{ code: 'cat', concept: [{ code: 'lion' }] }, { code: 'dog' }],
  }),
  resource('Basic', 'lion', { code: { coding: [{ system: 'http://example.org/beasts', code: 'lion' }] } }),
  resource('Basic', 'cat', { code: { coding: [{ system: 'http://example.org/beasts', code: 'cat' }] } }),
  resource('Basic', 'dog', { code: { coding: [{ system: 'http://example.org/beasts', code: 'dog' }] } }),
];

const of = (type: string, lines: readonly (readonly [filter: string, ...ids: string[]])[]): Line[] =>
  lines.map(([filter, ...ids]) => [type, `${type}?_filter=${encodeURIComponent(filter)}`, ...ids]);

describe('_filter', () => {
  eachCustomer(resources, customer => {
    const all = (type: string, lines: Parameters<typeof of>[1]): void => finds(customer, 'R71', of(type, lines));

    all('Patient', [
      ['family eq "muller"', 'anna'],
      ['family eq "mull"'],
      ['family ne "muller"', 'ben'],
      ['family co "LLE"', 'anna', 'ben'],
      ['family sw mü', 'anna'],
      ['family ew "ller"', 'anna', 'ben'],
      ['family ew "mille"'],
      ['family gt miller', 'anna'],
      ['family ge miller', 'anna', 'ben'],
      ['family lt muller', 'ben'],
      ['family le muller', 'anna', 'ben'],
      ['family pr false', 'none'],
      ['gender eq female', 'anna'],
      ['gender ne female', 'ben'],
      ['_id ne anna', 'ben', 'none'],
      ['birthdate eq 1980-05-01', 'anna'],
      ['birthdate ne 1980-05-01', 'ben'],
      ['birthdate ge 1990', 'ben'],
      ['birthdate po 1990-02-01', 'ben'],
      ['birthdate co 1990-02-01', 'ben'],
      ['birthdate co 1980-05', ...[]],
      ['given eq ben or given eq anna and birthdate lt 1985', 'anna'],
      ['given eq ben or (given eq anna and birthdate lt 1985)', 'anna', 'ben'],
      ['not (gender eq male or family pr false)', 'anna'],
      ['not(gender eq male) and family pr true', 'anna'],
      ['_has:Observation:patient:date po 2020-03-01', 'ben'],
    ]);
    all('Observation', [
      ['date po 2020-03-06', 'week', 'since'],
      ['date co 2020-03-03', 'week'],
      ['date co 2020-03-06', 'week', 'since'],
      ['date sa 2020-03-02', 'since'],
      ['date eb 2020-03-05', 'day'],
      ['date ap 2020-03-02', 'day', 'week', 'since'],
      ['value-quantity gt 7', 'week', 'since'],
      ['value-quantity eq 120|ucum|mm[Hg]', 'week'],
      ['value-quantity le 7.5', 'since'],
      ['code eq loinc|8480-6', 'week'],
      ['code-value-quantity eq loinc|8480-6$gt100', 'week'],
      ['patient re Patient/anna', 'day'],
      ['patient eq anna', 'day'],
      ['patient ne Patient/anna', 'week'],
      ['patient.family ew "iller"', 'week'],
      ['subject:Patient.birthdate po 1980 and date pr true', 'day'],
      ['_lastUpdated po 1999-01-01'],
      ['_lastUpdated co 1999-01-01'],
    ]);
    all('ValueSet', [
      ['url eq http://example.org/fhir/ValueSet/Short', 'short'],
      ['url co "ValueSet"', 'short', 'long'],
      ['url sw "http://example.org/fhir/ValueSet/S"', 'short'],
      ['url ew "ong"', 'long'],
      ['url ne http://example.org/fhir/ValueSet/Short', 'long'],
    ]);
    all('Basic', [
      ['code ss http://example.org/beasts|cat', 'cat', 'lion'],
      ['code sb http://example.org/beasts|lion', 'cat', 'lion'],
      ['code sb http://example.org/beasts|cat', 'cat'],
    ]);
  });
});

describe('_filter, misused', () => {
  eachCustomer(resources, customer => {
    refuses(
      customer,
      'R71',
      [
        'gender co "mal"',
        'gender gt male',
        'birthdate sw 19',
        'family po 2000',
        'family sa "x"',
        'patient.family eq x',
        'family:exact eq "x"',
        'name[family eq x].given eq y',
      ].map(filter => ['what the type has not', `Patient?_filter=${encodeURIComponent(filter)}`, 'not-supported']),
    );
    refuses(
      customer,
      'R71',
      ['birthdate po soon', 'family pr maybe', 'family co " "', 'birthdate eq ge1980'].map(filter => [
        'a bad value',
        `Patient?_filter=${encodeURIComponent(filter)}`,
        'value',
      ]),
    );
  });
});
