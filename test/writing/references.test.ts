/** Literal references that must lead to something. https://hl7.org/fhir/R4/valueset-reference-handling-policy.html */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { byServer } from '../../src/writing/draft.js';
import { checkReferences, type ReferenceSources } from '../../src/writing/references.js';
import { patient, pipeline, type Pipeline } from './pipeline.js';

const to = (...references: string[]): Resource => ({
  ...patient('self'),
  generalPractitioner: references.map(reference => ({ reference })),
});

async function missing({ target }: Pipeline, resource: Resource, from: ReferenceSources = {}): Promise<unknown[]> {
  try {
    await checkReferences(resource, from, target);
    return [];
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === 'unprocessable');
    return (error.detail.issues ?? []).map(({ expression }) => expression);
  }
}

describe('references of what is written', () => {
  it('[PKB-4] lead to live resources of this endpoint, to the resource itself, or to what the same commit writes', async () => {
    const whole = pipeline();
    const { writing, target, storage } = whole;
    const { put } = await writing.write(byServer({ resource: patient('there'), method: 'PUT' }), target);
    await storage.store.commit({ puts: [put] });
    const { url } = target.endpoint;
    assert.deepEqual(await missing(whole, to('Patient/there', `${url}/Patient/there`, 'Patient/self')), []);
    assert.deepEqual(await missing(whole, to('Patient/none', 'Patient/there', `${url}/Patient/none`)), [
      'Patient.generalPractitioner[0].reference',
      'Patient.generalPractitioner[2].reference',
    ]);
    assert.deepEqual(await missing(whole, to('Patient/none'), { expected: new Set(['Patient/none']) }), []);
    await storage.store.commit({ puts: [writing.remove(put, target)] });
    assert.equal((await missing(whole, to('Patient/there'))).length, 1);
  });

  it('[PKB-4] stay where the version before has them, though what they lead to is gone or hidden', async () => {
    const whole = pipeline();
    const previous = { json: JSON.stringify(to(`${whole.target.endpoint.url}/Patient/none`)), deleted: false };
    assert.deepEqual(await missing(whole, to('Patient/none'), { previous }), []);
    assert.deepEqual(await missing(whole, to('Patient/none', 'Patient/other'), { previous }), [
      'Patient.generalPractitioner[1].reference',
    ]);
    assert.equal((await missing(whole, to('Patient/none'), { previous: { ...previous, deleted: true } })).length, 1);
  });

  it('[PKB-4] of other kinds are not looked at: contained, logical, of other servers', async () => {
    assert.deepEqual(await missing(pipeline(), to('#p', 'urn:uuid:5', 'https://elsewhere.example/fhir/Patient/1')), []);
  });

  it('are not looked at where the endpoint does not declare it', async () => {
    const whole = pipeline();
    const { endpoint } = whole.target;
    const resources = new Map(endpoint.resources);
    resources.set('Patient', { ...resources.get('Patient')!, referencesEnforced: false });
    const target = { ...whole.target, endpoint: { ...endpoint, resources } };
    assert.deepEqual(await missing({ ...whole, target }, to('Patient/none')), []);
    assert.deepEqual(whole.events, []);
  });
});
