/** References that must resolve, and those that need not. https://hl7.org/fhir/R4/valueset-reference-handling-policy.html */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { asBundle, eachRest, observation, outcome, patient, statuses, unique, type Rest } from './rest.js';

const about = (reference: string): ReturnType<typeof observation> => observation({ subject: { reference } });

function enforcing(rest: () => Rest): void {
  it('[PKB-4] a reference to what is not there is 422, with its place, and nothing is stored', async () => {
    const { body } = await rest().expect(422, 'POST', 'Observation', {
      ...about(`Patient/${unique()}`),
      performer: [{ reference: `${rest().base}/Practitioner/${unique()}` }],
    });
    assert.deepEqual(
      outcome(body).issue.map(({ code, expression }) => [code, expression?.[0]]),
      [
        ['not-found', 'Observation.subject.reference'],
        ['not-found', 'Observation.performer[0].reference'],
      ],
    );
    const made = await rest().create(patient(unique()));
    const managingOrganization = { reference: `Organization/${unique()}` };
    await rest().expect(422, 'PUT', `Patient/${made.id}`, { ...made, managingOrganization });
    const patch = JSON.stringify([{ op: 'add', path: '/managingOrganization', value: managingOrganization }]);
    await rest().expect(422, 'PATCH', `Patient/${made.id}`, patch, { 'content-type': 'application/json-patch+json' });
    const read = await rest().expect(200, 'GET', `Patient/${made.id}`);
    assert.equal(read.body.meta?.versionId, '1');
  });

  it('[PKB-4] what is there may be referred to, relatively or whole; the deleted may not', async () => {
    const { id } = await rest().create(patient(unique()));
    await rest().create(about(`Patient/${id}`));
    await rest().create(about(`${rest().base}/Patient/${id}`));
    await rest().expect(204, 'DELETE', `Patient/${id}`);
    await rest().expect(422, 'POST', 'Observation', about(`Patient/${id}`));
  });

  it('[PKB-4] logical references, contained ones and other servers are no matter', async () => {
    const contained = [{ resourceType: 'Patient', id: 'p' }];
    await rest().create({ ...about('#p'), contained });
    await rest().create(about('https://elsewhere.example.org/fhir/Patient/1'));
    await rest().create(observation({ subject: { identifier: { value: '1' } } }));
  });

  it('[R52] within a transaction the entries may refer to each other, not to what it deletes', async () => {
    const one = `urn:uuid:${randomUUID()}`;
    const post = (resource: unknown, fullUrl?: string): object => ({
      fullUrl,
      resource,
      request: { method: 'POST', url: (resource as { resourceType: string }).resourceType },
    });
    const made = await rest().bundle('transaction', [post(about(one)), post(patient(unique()), one)]);
    assert.deepEqual(statuses(made), ['201', '201']);
    const { id = '' } = asBundle(made.body).entry?.[1]?.resource ?? {};
    const deletion = { request: { method: 'DELETE', url: `Patient/${id}` } };
    const refused = await rest().bundle('transaction', [post(about(`Patient/${id}`)), deletion], 422);
    assert.equal(outcome(refused.body).issue[0]?.expression?.[0], 'Bundle.entry[0].resource.subject.reference');
    await rest().expect(200, 'GET', `Patient/${id}`);
  });

  it('[R52] [R57] what a transaction deletes cannot be referred to, although it is read there', async () => {
    const { id } = await rest().create(patient(unique()));
    const entry = [
      { resource: about(`Patient/${id}`), request: { method: 'POST', url: 'Observation' } },
      { request: { method: 'DELETE', url: `Patient/${id}` } },
      { request: { method: 'GET', url: `Patient/${id}/_history` } },
    ];
    const refused = await rest().bundle('transaction', entry, 422);
    assert.equal(outcome(refused.body).issue[0]?.expression?.[0], 'Bundle.entry[0].resource.subject.reference');
    await rest().expect(200, 'GET', `Patient/${id}`);
  });

  it('[R52] what a transaction only reads must be there to be referred to', async () => {
    const id = unique();
    const entry = [
      { resource: about(`Patient/${id}`), request: { method: 'POST', url: 'Observation' } },
      { request: { method: 'GET', url: `Patient/${id}/_history` } },
    ];
    await rest().bundle('transaction', entry, 422);
  });
}

describe('references', () => {
  describe('enforced', () => {
    eachRest(enforcing, { only: 'portal' });
    eachRest(enforcing, { only: 'customer', env: { PORTICO_CUSTOMERS: 'demo:enforced' } });
  });

  describe('not enforced', () => {
    eachRest(
      rest => {
        it('[PKB-4] a customer holds a part of the world: references may lead out of it', async () => {
          const { id } = await rest().create(about(`Patient/${unique()}`));
          await rest().expect(200, 'GET', `Observation/${id}`);
        });
      },
      { only: 'customer' },
    );
  });
});
