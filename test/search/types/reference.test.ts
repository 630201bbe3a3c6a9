/** Reference search. */
import { refused, table } from '../searching.js';

const observations = [
  { resourceType: 'Observation', id: 'p1', subject: { reference: 'Patient/p1' } },
  { resourceType: 'Observation', id: 'own', subject: { reference: 'https://portal.example/fhir/Patient/p1' } },
  { resourceType: 'Observation', id: 'foreign', subject: { reference: 'https://elsewhere.example/fhir/Patient/p1' } },
  { resourceType: 'Observation', id: 'group', subject: { reference: 'Group/p1' } },
  { resourceType: 'Observation', id: 'version', subject: { reference: 'Patient/p2/_history/3' } },
  {
    resourceType: 'Observation',
    id: 'logical',
    subject: { type: 'Patient', identifier: { system: 'urn:mrn', value: '7' } },
  },
  {
    resourceType: 'Observation',
    id: 'contained',
    subject: { reference: '#p' },
    contained: [{ resourceType: 'Patient', id: 'p' }],
  },
  { resourceType: 'Observation', id: 'urn', subject: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' } },
];

const provenances = [
  { resourceType: 'Provenance', id: 'x', target: [{ reference: 'Observation/p1' }] },
  { resourceType: 'Provenance', id: 'y', target: [{ reference: 'Patient/p2' }, { reference: 'Condition/c' }] },
];

const responses = [
  { resourceType: 'QuestionnaireResponse', id: 'one', questionnaire: 'http://q.example/Questionnaire/phq|1.0' },
  { resourceType: 'QuestionnaireResponse', id: 'any', questionnaire: 'http://q.example/Questionnaire/phq' },
];

describe('search/types/reference', () => {
  table(observations, 'Observation', [
    ['[R82] id of any target type', 'subject=p1', 'p1', 'own', 'group'],
    ['[R82] type and id', 'subject=Patient/p1', 'p1', 'own'],
    ['[R82] [B34] patient leads to patients alone', 'patient=p1', 'p1', 'own'],
    ['[R82] patient by type and id', 'patient=Patient/p1', 'p1', 'own'],
    ['[R82] [B34] type as modifier', 'patient:Patient=p1', 'p1', 'own'],
    ['[R82] another type as modifier', 'subject:Group=p1', 'group'],
    ['[R82] own absolute URL', 'subject=https://portal.example/fhir/Patient/p1', 'p1', 'own'],
    ['[B31] foreign URL is another patient', 'subject=https://elsewhere.example/fhir/Patient/p1', 'foreign'],
    ['[R82] version left out', 'subject=Patient/p2', 'version'],
    ['[R82] version', 'subject=Patient/p2/_history/3', 'version'],
    ['[B31] another version', 'subject=Patient/p2/_history/1'],
    ['[R82] identifier', 'subject:identifier=urn:mrn|7', 'logical'],
    ['[R82] identifier of any system', 'patient:identifier=7', 'logical'],
    ['[R82] urn', 'subject=urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', 'urn'],
    ['[B30] or', 'patient=p1,p2', 'p1', 'own', 'version'],
    ['[B30] and of two patients', 'patient=p1&patient=p2'],
    ['[B30] not', 'patient:not=p1', 'foreign', 'group', 'version', 'logical', 'contained', 'urn'],
    ['[B31] id with a trailing dot is another', 'patient=p1.'],
    ['[R71] a contained subject is a value', 'subject:missing=true'],
  ]);

  table(provenances, 'Provenance', [
    ['[R82] bare id where any type may be meant', 'target=p2', 'y'],
    ['[R82] typed', 'target=Observation/p1', 'x'],
  ]);

  table(responses, 'QuestionnaireResponse', [
    ['[R85] canonical without version finds all', 'questionnaire=http://q.example/Questionnaire/phq', 'one', 'any'],
    ['[R85] canonical with version', 'questionnaire=http://q.example/Questionnaire/phq|1.0', 'one'],
  ]);

  it('[B31] [B32] forms that name no resource are refused', () => {
    for (const value of [
      'Patient/p1?x',
      '#x',
      'patient/p1',
      'Patient/',
      'Patient/p1%00',
      '..',
      '../Patient/p1',
      'Patient/p%0a1',
    ]) {
      if (value !== '..') refused('Observation', `patient=${value}`, 'invalid', 'value');
    }
    refused('Observation', `patient=${'a'.repeat(65)}`, 'invalid', 'value');
  });

  it('[R82] types a reference cannot lead to are no modifiers', () => {
    refused('Observation', 'patient:Practitioner=1', 'invalid', 'not-supported');
    refused('Observation', 'subject:Patient=Group/1', 'invalid', 'value');
  });
});
