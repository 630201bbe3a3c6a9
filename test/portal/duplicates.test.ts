/** A record that comes in after its person has an account: one human, one account, and a review of the records. */
import assert from 'node:assert/strict';
import type { Bundle, Person, Task } from 'fhir/r4.js';
import { uniqueLetters } from '../fixtures/unique.js';
import { asPerson, eachPortal, issue, output, parameters, type Journey } from './journey.js';

const CODE = 'https://portico.health/fhir/CodeSystem/task-code|review-duplicate';
const ADMINISTRATOR = 'demo-agent as Practitioner/demo-administrator';
const BORN = '1984-05-06';
const status = (answer: Parameters<typeof output>[0]): unknown => output(answer, 'status');

function actionsOf(journey: () => Journey) {
  const member = async () => {
    const family = `Y${uniqueLetters()}ß`;
    const facts = {
      family,
      given: 'Anna',
      birthDate: BORN,
      email: `${uniqueLetters()}.${uniqueLetters()}@example.org`,
    };
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(facts));
    const account = asPerson(await journey().expect(200, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(facts)));
    return { ...facts, account };
  };
  const record = async ({ family, email }: { family: string; email: string }, given = 'Anna') => {
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', {
      resourceType: 'Patient',
      identifier: [{ system: 'urn:mrn', value: uniqueLetters() }],
      name: [{ family: family.replace('ß', 'SS'), given: [given] }],
      birthDate: BORN,
      telecom: [{ system: 'email', value: email }],
    });
    return String(body.id);
  };
  const reviews = async ({ id }: Person): Promise<Task[]> => {
    const path = `Task?code=${encodeURIComponent(CODE)}&focus=Person/${id}`;
    const { body } = await journey().expect(200, 'demo-ehr', 'GET', path);
    return ((body as unknown as Bundle<Task>).entry ?? []).map(({ resource }) => resource!);
  };
  return { member, record, reviews };
}

function arriving(journey: () => Journey): void {
  const { member, record, reviews } = actionsOf(journey);

  it('[PC-1] [PC-4] a record that arrives after the account makes a review and no second account', async () => {
    const person = await member();
    const id = await record(person);
    const standing = await journey().expect(200, 'demo-ehr', 'GET', `Patient/${id}/$enrollment-status`);
    assert.equal(status(standing), 'enrolled');
    const again = await journey().expect(200, 'demo-ehr', 'POST', `Patient/${id}/$enroll`);
    assert.equal(asPerson(again).id, person.account.id);
    assert.equal(status(await journey().expect(200, 'demo-ehr', 'POST', `Patient/${id}/$invite`)), 'enrolled');
    const [review, ...more] = await reviews(person.account);
    assert.deepEqual([review?.status, more.length], ['requested', 0]);
    assert.deepEqual(review?.input?.[0]?.valueReference, { reference: `Patient/${id}` });
  });

  it('[PC-1] asks once about a pair, however often the record is written', async () => {
    const person = await member();
    const id = await record(person);
    const { body } = await journey().expect(200, 'demo-ehr', 'GET', `Patient/${id}`);
    const telecom = [...((body['telecom'] ?? []) as object[]), { system: 'phone', value: '+12125550133' }];
    await journey().expect(200, 'demo-ehr', 'PUT', `Patient/${id}`, { ...body, telecom });
    assert.equal((await reviews(person.account)).length, 1);
  });

  it('[PC-4] waits for the review where the address differs, and enrolls once the records are of two persons', async () => {
    const person = await member();
    const id = await record({ ...person, email: `${uniqueLetters()}@example.org` });
    const held = await journey().call('demo-ehr', 'POST', `Patient/${id}/$enroll`);
    assert.deepEqual([held.status, issue(held).code], [409, 'conflict']);
    const [review] = await reviews(person.account);
    const decision = { ...review, status: 'rejected' };
    await journey().expect(200, ADMINISTRATOR, 'PUT', `Task/${review?.id}`, decision);
    const enrolled = await journey().expect(201, 'demo-ehr', 'POST', `Patient/${id}/$enroll`);
    assert.notEqual(asPerson(enrolled).id, person.account.id);
  });

  it('[PC-1] takes a twin for nobody else', async () => {
    const person = await member();
    const id = await record(person, 'Ben');
    assert.deepEqual(await reviews(person.account), []);
    const standing = await journey().expect(200, 'demo-ehr', 'GET', `Patient/${id}/$enrollment-status`);
    assert.equal(status(standing), 'not-enrolled');
  });
}

describe('possible duplicates', () => {
  eachPortal(arriving);
});
