/** `_include` and `_revinclude`. */
import assert from 'node:assert/strict';
import { byType, referencesFor, referringTo, type Include } from '../../src/search/include.js';
import { localBases, parse, refused, registry } from './searching.js';

const observation = {
  resourceType: 'Observation',
  id: 'a',
  subject: { reference: 'Patient/1' },
  encounter: { reference: 'https://portal.example/fhir/Encounter/2' },
  performer: [
    { reference: 'Practitioner/3/_history/1' },
    { reference: 'Patient/1' },
    { reference: 'https://elsewhere.example/Patient/9' },
    { reference: '#x' },
  ],
};

const included = (query: string, resource: object = observation) =>
  referencesFor(parse('Observation', query).includes[0]!, byType([resource as never]), registry, localBases);

describe('search/include', () => {
  it('[R74] one parameter', () => assert.deepEqual(included('_include=Observation:subject'), ['Patient/1']));
  it('[R74] own absolute references', () =>
    assert.deepEqual(included('_include=Observation:encounter'), ['Encounter/2']));
  it('[R74] several, each version as stated, foreign and contained ones not followed', () =>
    assert.deepEqual(included('_include=Observation:performer'), ['Practitioner/3/_history/1', 'Patient/1']));
  it('[R74] typed target', () =>
    assert.deepEqual(included('_include=Observation:performer:Practitioner'), ['Practitioner/3/_history/1']));
  it('[R74] all of a type', () =>
    assert.deepEqual(included('_include=Observation:*'), ['Patient/1', 'Encounter/2', 'Practitioner/3/_history/1']));
  it('[R74] all', () =>
    assert.deepEqual(included('_include=*'), ['Patient/1', 'Encounter/2', 'Practitioner/3/_history/1']));
  it('[R74] another source', () => assert.deepEqual(included('_include=Encounter:subject'), []));

  it('[R72] a contained medication is not included', () => {
    const request = { resourceType: 'MedicationRequest', medicationReference: { reference: '#m' } };
    assert.deepEqual(included('_include=MedicationRequest:medication', request), []);
    const other = { resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/m' } };
    assert.deepEqual(included('_include=MedicationRequest:medication', other), ['Medication/m']);
  });

  it('[R74] parsed forms', () => {
    const { includes, revincludes } = parse(
      'Patient',
      '_include:iterate=Patient:link:RelatedPerson&_revinclude=Provenance:target&_revinclude=*:*',
    );
    const formOf = ({ follows, ...form }: Include): object => {
      assert.equal(follows('Patient', 'link'), true);
      return form;
    };
    assert.deepEqual(includes.map(formOf), [
      { source: 'Patient', param: 'link', target: 'RelatedPerson', iterate: true, wildcard: false },
    ]);
    assert.deepEqual(revincludes.map(formOf), [
      { source: 'Provenance', param: 'target', iterate: false, wildcard: false },
      { source: '*', param: '*', iterate: false, wildcard: true },
    ]);
  });

  it('[R65] malformed ones are refused', () => {
    for (const value of ['Patient', 'Patient:', ':link', 'Patient:link:Patient:x', 'Patient:link:'])
      refused('Patient', `_include=${value}`, 'invalid', 'value');
    for (const value of [
      'Patient:name',
      'Patient:nothing',
      'Nothing:link',
      'Patient:organization:Practitioner',
      'Nothing:*x',
    ]) {
      refused('Patient', `_include=${value}`, 'invalid', 'not-supported');
    }
    refused('Patient', '_include:again=Patient:link', 'invalid', 'not-supported');
  });

  it('[R73] [R75] what refers to resources', () => {
    const resources = ['Patient/1', 'Group/2'].map(name => ({ type: name.split('/')[0]!, names: [name] }));
    const reverse = (query: string, types: string[]) =>
      referringTo(parse('Patient', query).revincludes[0]!, resources, types, registry);
    const posting = (key: string) => ({ kind: 'posting', key });
    assert.deepEqual(reverse('_revinclude=Provenance:target', ['Provenance', 'Observation']), [
      {
        type: 'Provenance',
        where: { kind: 'or', of: [posting('Provenance|target|Patient/1'), posting('Provenance|target|Group/2')] },
      },
    ]);
    assert.deepEqual(reverse('_revinclude=Observation:patient', ['Observation']), [
      { type: 'Observation', where: posting('Observation|patient|Patient/1') },
    ]);
    assert.deepEqual(reverse('_revinclude=Observation:subject:Group', ['Observation']), [
      { type: 'Observation', where: posting('Observation|subject|Group/2') },
    ]);
    assert.deepEqual(
      reverse('_revinclude=*:*', ['ValueSet', 'Basic']).map(one => one.type),
      ['Basic'],
    );
    assert.deepEqual(reverse('_revinclude=Observation:patient', ['Basic']), []);
  });
});
