/** Reference, uri and canonical search over HTTP. https://hl7.org/fhir/R4/search.html#reference */
import assert from 'node:assert/strict';
import { eachCustomer, finds, refuses, resource } from './customer.js';

const observation = (id: string, subject: object, more: object = {}) =>
  resource('Observation', id, { status: 'final', code: { text: 'x' }, subject, ...more });
const valueSet = (id: string, url: string) => resource('ValueSet', id, { url, status: 'active' });
const response = (id: string, questionnaire: string) =>
  resource('QuestionnaireResponse', id, { status: 'completed', questionnaire });

const resources = [
  resource('Patient', '85'),
  resource('Patient', 'other'),
  resource('Group', '85', { type: 'person', actual: true }),
  observation('relative', { reference: 'Patient/85' }),
  observation('versioned', { reference: 'Patient/85/_history/1' }),
  observation('group', { reference: 'Group/85' }),
  observation('foreign', { reference: 'https://elsewhere.example/fhir/Patient/85' }),
  observation('logical', { identifier: { system: 'urn:mrn', value: 'M-85' } }),
  observation('contained', { reference: '#p' }, { contained: [{ resourceType: 'Patient', id: 'p' }] }),
  observation('derived', { reference: 'Patient/other' }, { derivedFrom: [{ reference: 'Observation/relative' }] }),
  observation('focused', { display: 'x' }, { focus: [{ reference: 'Patient/other' }] }),
  valueSet('a', 'http://example.org/fhir/ValueSet/a'),
  valueSet('ab', 'http://example.org/fhir/ValueSet/a/b'),
  valueSet('ab2', 'http://example.org/fhir/ValueSet/ab'),
  valueSet('oid', 'urn:oid:1.2.3'),
  response('q1', 'http://example.org/Questionnaire/q|1'),
  response('q2', 'http://example.org/Questionnaire/q|2'),
  response('q', 'http://example.org/Questionnaire/q'),
];

describe('reference search', () => {
  eachCustomer(resources, customer => {
    before(async () => {
      // In a transaction it would have to be the address of an entry.
      const urn = observation('urn', { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' });
      assert.equal((await customer().call('PUT', 'Observation/urn', urn)).status, 201);
    });

    finds(customer, 'R82', [
      ['an id, of any type', 'Observation?subject=other', 'derived'],
      ['an id that nobody has', 'Observation?subject=absent'],
      ['an id of any type at all', 'Observation?focus=other', 'focused'],
      ['Type/id', 'Observation?subject=Patient/85', 'relative', 'versioned'],
      ['the type as a modifier', 'Observation?subject:Patient=85', 'relative', 'versioned'],
      ['the other type', 'Observation?subject:Group=85', 'group'],
      ['the type twice', 'Observation?subject:Patient=Patient/85', 'relative', 'versioned'],
      ['patient by id', 'Observation?patient=85', 'relative', 'versioned'],
      ['patient by Type/id', 'Observation?patient=Patient/85', 'relative', 'versioned'],
      ['patient with its type', 'Observation?patient:Patient=85', 'relative', 'versioned'],
      ['a version', 'Observation?subject=Patient/85/_history/1', 'versioned'],
      ['a foreign address', 'Observation?subject=https://elsewhere.example/fhir/Patient/85', 'foreign'],
      ['a urn', 'Observation?subject=urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', 'urn'],
      ['an identifier', 'Observation?subject:identifier=urn:mrn%7CM-85', 'logical'],
      ['an identifier of any system', 'Observation?subject:identifier=M-85', 'logical'],
      ['several', 'Observation?subject=Patient/85,Group/85', 'relative', 'versioned', 'group'],
      ['both', 'Observation?subject=Patient/85&derived-from=Observation/relative'],
      ['a contained one counts as a value', 'Observation?subject:missing=true'],
      ['no value', 'Observation?derived-from:missing=false', 'derived'],
    ]);
    finds(customer, 'B31', [
      ['another host with the same id', 'Observation?subject=https://evil.example/fhir/Patient/85'],
      ['an id in another case', 'Observation?subject=Patient/OTHER'],
    ]);
    refuses(customer, 'R82', [
      ['an id that two types share', 'Observation?subject=85', 'multiple-matches'],
      ['such an id among others', 'Observation?subject=Patient/other,85', 'multiple-matches'],
      ['such an id in a negation', 'Observation?subject:not=85', 'multiple-matches'],
      ['such an id in a filter', 'Observation?_filter=subject%20re%2085', 'multiple-matches'],
      ['such an id of any type at all', 'Observation?focus=85', 'multiple-matches'],
      ['such an id behind a chain', 'Observation?derived-from:Observation.subject=85', 'multiple-matches'],
      ['such an id behind a reverse chain', 'Patient?_has:Observation:patient:subject=85', 'multiple-matches'],
      [
        'more ids of any type than can be looked up',
        `Observation?focus=${Array.from({ length: 100 }, (_, at) => at).join()}`,
        'too-costly',
      ],
    ]);
    it('[R82] [R41] an id that two types share is no condition of a write', async () => {
      const headers = { 'if-none-exist': 'subject=85' };
      const answer = await customer().call(
        'POST',
        'Observation',
        observation('x', { reference: 'Patient/85' }),
        headers,
      );
      assert.equal(answer.status, 400);
    });

    it('[R82] an id is nobody else’s once the other is deleted', async () => {
      await customer().load(resource('Device', 'same'), resource('Group', 'same', { type: 'person', actual: true }));
      await customer().refused('Observation?subject=same', 400, 'multiple-matches');
      assert.equal((await customer().call('DELETE', 'Device/same')).status, 204);
      assert.deepEqual(await customer().ids('Observation?subject=same'), []);
    });

    refuses(customer, 'B31', [
      ['a fragment', 'Observation?subject=%23p', 'value'],
      ['a query behind it', 'Observation?subject=Patient/85%3Fx', 'value'],
      ['NUL', 'Observation?subject=Patient/85%00', 'structure'],
      ['a type in lower case', 'Observation?subject=patient/85', 'value'],
      ['a modifier that is no target', 'Observation?subject:Encounter=85', 'not-supported'],
      ['a modifier in lower case', 'Observation?subject:patient=85', 'not-supported'],
      ['two types', 'Observation?subject:Patient=Group/85', 'value'],
    ]);
    it('[R82] finds what is referred to by our own address', async () => {
      const url = encodeURIComponent(`${customer().base}/Patient/85`);
      assert.deepEqual(await customer().ids(`Observation?subject=${url}`), ['relative', 'versioned']);
      await customer().load(observation('absolute', { reference: `${customer().base}/Patient/absolute` }));
      assert.deepEqual(await customer().ids('Observation?subject=Patient/absolute'), ['absolute']);
    });
    finds(customer, 'R85', [
      ['a URL', 'ValueSet?url=http://example.org/fhir/ValueSet/a', 'a'],
      ['an oid', 'ValueSet?url=urn:oid:1.2.3', 'oid'],
      ['not in another case', 'ValueSet?url=http://example.org/fhir/valueset/a'],
      ['below, by path', 'ValueSet?url:below=http://example.org/fhir/ValueSet/a', 'a', 'ab'],
      ['below a folder', 'ValueSet?url:below=http://example.org/fhir/', 'a', 'ab', 'ab2'],
      ['above, by path', 'ValueSet?url:above=http://example.org/fhir/ValueSet/a/b/c', 'a', 'ab'],
      ['above, itself', 'ValueSet?url:above=http://example.org/fhir/ValueSet/a', 'a'],
      [
        'a canonical with its version',
        'QuestionnaireResponse?questionnaire=http://example.org/Questionnaire/q%7C1',
        'q1',
      ],
      [
        'a canonical of any version',
        'QuestionnaireResponse?questionnaire=http://example.org/Questionnaire/q',
        'q',
        'q1',
        'q2',
      ],
    ]);
    refuses(customer, 'R85', [['below something that is no URL', 'ValueSet?url:below=urn:oid:1.2', 'value']]);
  });
});
