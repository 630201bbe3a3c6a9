/** Literal references: which are a server's own. */
import assert from 'node:assert/strict';
import { localReference } from '../../src/fhir/reference.js';

const bases = ['https://a.example/fhir', 'https://b.example/fhir'];

describe('fhir/reference', () => {
  it('reads relative references, with a version where there is one', () => {
    assert.deepEqual(localReference('Patient/1', []), { type: 'Patient', id: '1' });
    assert.deepEqual(localReference('Patient/1/_history/2', []), { type: 'Patient', id: '1', versionId: '2' });
  });

  it('reads absolute references on any of its bases', () => {
    for (const base of bases)
      assert.deepEqual(localReference(`${base}/Patient/1`, bases), { type: 'Patient', id: '1' });
  });

  for (const reference of [
    ...['https://c.example/fhir/Patient/1', 'https://a.example/fhirPatient/1', 'https://a.example/fhir//Patient/1'],
    ...['Patient', 'Patient/', 'patient/1', 'Patient/1/', 'Patient/a_b', 'Patient/1/_history', '#1', 'urn:uuid:1'],
    ...[`Patient/${'x'.repeat(65)}`, 'Patient/1?x=y', 'Patient/1\n', '../Patient/1'],
  ]) {
    it(`takes ${JSON.stringify(reference)} for no resource of its own`, () => {
      assert.equal(localReference(reference, bases), undefined);
    });
  }
});
