/** `:in`, `:not-in`, `:above`, `:below` of tokens. https://hl7.org/fhir/R4/search.html#token */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const animals = 'http://example.org/CodeSystem/animals';
const colors = 'http://example.org/CodeSystem/colors';
const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const observation = (id: string, system: string, code: string) =>
  resource('Observation', id, { status: 'final', code: { coding: [{ system, code }] } });
const encounter = (id: string, code: string) =>
  resource('Encounter', id, { status: 'finished', class: { system: act, code } });
const valueSet = (id: string, compose: object) =>
  resource('ValueSet', id, { url: `http://example.org/ValueSet/${id}`, status: 'active', compose });
const codeSystem = (url: string, concept: object[], content = 'complete') =>
  resource('CodeSystem', url.split('/').at(-1)!, { url, status: 'active', content, concept });

const resources = [
  codeSystem(animals, [
    { code: 'mammal', concept: [{ code: 'dog', concept: [{ code: 'poodle' }] }, { code: 'cat' }] },
    { code: 'bird' },
  ]),
  codeSystem(colors, [{ code: 'red' }], 'fragment'),
  valueSet('pets', { include: [{ system: animals, concept: [{ code: 'dog' }, { code: 'cat' }] }] }),
  valueSet('mammals', {
    include: [{ system: animals, filter: [{ property: 'concept', op: 'is-a', value: 'mammal' }] }],
  }),
  valueSet('either', {
    include: [{ valueSet: ['http://example.org/ValueSet/pets'] }, { system: animals, concept: [{ code: 'bird' }] }],
  }),
  valueSet('open', { include: [{ system: 'http://snomed.info/sct' }] }),
  observation('dog', animals, 'dog'),
  observation('poodle', animals, 'poodle'),
  observation('cat', animals, 'cat'),
  observation('bird', animals, 'bird'),
  observation('elsewhere', 'http://example.org/other', 'dog'),
  resource('Observation', 'uncoded', { status: 'final', code: { text: 'dog' } }),
  encounter('inpatient', 'IMP'),
  encounter('ambulatory', 'AMB'),
  encounter('acute', 'ACUTE'),
];

describe('terminology in search', () => {
  eachCustomer(resources, customer => {
    finds(customer, 'R81', [
      ['in a posted value set', 'Observation?code:in=http://example.org/ValueSet/pets', 'dog', 'cat'],
      ['in one by its id', 'Observation?code:in=ValueSet/pets', 'dog', 'cat'],
      ['in one with a filter', 'Observation?code:in=http://example.org/ValueSet/mammals', 'dog', 'cat', 'poodle'],
      ['in one of others', 'Observation?code:in=http://example.org/ValueSet/either', 'dog', 'cat', 'bird'],
      ['in one of two', 'Observation?code:in=ValueSet/pets,ValueSet/mammals', 'dog', 'cat', 'poodle'],
      ['not in', 'Observation?code:not-in=http://example.org/ValueSet/mammals', 'bird', 'elsewhere', 'uncoded'],
      ['below', `Observation?code:below=${animals}%7Cdog`, 'dog', 'poodle'],
      ['above', `Observation?code:above=${animals}%7Cpoodle`, 'dog', 'poodle'],
      ['below a leaf', `Observation?code:below=${animals}%7Cbird`, 'bird'],
      ["below, in HL7's own hierarchy", `Encounter?class:below=${act}%7CIMP`, 'inpatient', 'acute'],
      [
        "in HL7's own value set",
        'Encounter?status:in=http://hl7.org/fhir/ValueSet/encounter-status',
        'inpatient',
        'ambulatory',
        'acute',
      ],
      [
        'in a _filter',
        'Observation?_filter=code%20in%20%22http://example.org/ValueSet/pets%22%20and%20_id%20ne%20cat',
        'dog',
      ],
      ['below in a _filter', `Observation?_filter=code%20ss%20${animals}%7Cdog`, 'dog', 'poodle'],
    ]);
    it('[R41] conditions may ask for them too', async () => {
      const answer = await customer().call('POST', 'Observation', observation('new', animals, 'cat'), {
        'if-none-exist': 'code:in=ValueSet/pets&code=cat',
      });
      assert.equal(answer.status, 200);
      assert.ok(answer.headers.get('location')?.includes('/Observation/cat/'));
    });
    refuses(customer, 'R81', [
      ['an unknown value set', 'Observation?code:in=http://example.org/ValueSet/none', 'value'],
      ['a value set that cannot be listed', 'Observation?code:in=http://example.org/ValueSet/open', 'value'],
      ['an unknown hierarchy', 'Observation?code:below=http://snomed.info/sct%7C1', 'value'],
      ['a fragment', `Observation?code:below=${colors}%7Cred`, 'value'],
      ['below without a system', 'Observation?code:below=dog', 'value'],
      ['in, of a string', 'Patient?family:in=http://example.org/ValueSet/pets', 'not-supported'],
    ]);
  });
});
