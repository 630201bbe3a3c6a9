/** Somebody who may be on record already, under another address: member administration is asked, and no account is made. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Bundle, Person, Task } from 'fhir/r4.js';
import { loadItems } from '../../src/commands/load/loader.js';
import type { Resource } from '../../src/fhir/resource.js';
import { asPerson, eachPortal, issue, output, parameters, type Answer, type Journey } from './journey.js';

const CODE = encodeURIComponent('https://portico.health/fhir/CodeSystem/task-code|review-duplicate');
const ADMINISTRATOR = 'demo-agent as Practitioner/demo-administrator';
const letters = (): string => randomUUID().replace(/[^a-f]/g, '');
const address = (): string => `${letters()}.${letters()}@example.org`;

const tokenOf = (resource: object): string =>
  `urn:records|${(resource as { identifier: { value: string }[] }).identifier[0]?.value}`;

interface Facts {
  family: string;
  given: string;
  birthDate: string;
  email: string;
}
const somebody = (): Facts => ({ family: `Q${letters()}`, given: 'Anna', birthDate: '1984-05-06', email: address() });

function actionsOf(journey: () => Journey) {
  const call = (name: string, facts: object): Promise<Answer> =>
    journey().call('demo-ehr', 'POST', `Patient/$${name}`, parameters(facts as Record<string, string>));
  const entries = async <R>(path: string): Promise<R[]> => {
    const { body } = await journey().expect(200, 'demo-system', 'GET', path);
    return ((body as unknown as Bundle).entry ?? []).map(({ resource }) => resource as R);
  };
  const patients = ({ family }: Facts) => entries<Resource>(`Patient?family=${family}`);
  /** Reviews whose focus is this. */
  const reviews = (focus: string) => entries<Task>(`Task?code=${CODE}&focus=${focus}`);
  const decide = (task: Task, status: string) =>
    journey().expect(200, ADMINISTRATOR, 'PUT', `Task/${task.id}`, { ...task, status });
  const member = async (facts: Facts): Promise<Person> => {
    await call('enroll', facts);
    return asPerson(await call('enroll', facts));
  };
  const recordOf = ({ family, given, birthDate, email }: Facts, more: object = {}): Resource => ({
    resourceType: 'Patient',
    name: [{ family, given: [given] }],
    birthDate,
    telecom: [{ system: 'email', value: email }],
    ...more,
  });
  const held = async (name: string, facts: object): Promise<void> => {
    const answer = await call(name, facts);
    assert.deepEqual([answer.status, issue(answer).code], [409, 'conflict'], answer.text);
  };
  return { call, entries, patients, reviews, decide, member, recordOf, held };
}

function stating(journey: () => Journey): void {
  const { call, entries, patients, reviews, decide, member, recordOf, held } = actionsOf(journey);

  it('[PC-4] true at the edges: a member by facts alone, with another address, gets no second account but a review', async () => {
    const facts = somebody();
    const account = await member(facts);
    const other = { ...facts, email: address() };
    for (const name of ['enroll', 'enroll', 'invite']) await held(name, other);
    const [review, ...more] = await reviews(`Person/${account.id}`);
    assert.deepEqual([review?.status, more.length], ['requested', 0]);
    const made = (await patients(facts)).map(({ id }) => `Patient/${id}`);
    assert.equal(made.length, 2);
    assert.ok(made.includes(review?.input?.[0]?.valueReference?.reference ?? ''));
    const accounts = await entries(`Person?link=${made.join()}`);
    assert.equal(accounts.length, 1);
    const status = await call('enrollment-status', other);
    assert.deepEqual([output(status, 'status'), output(status, 'nextAction')], ['not-enrolled', 'none']);
    await decide(review ?? assert.fail(), 'rejected');
    const own = await call('enroll', other);
    assert.equal(own.status, 201, own.text);
    assert.notEqual(asPerson(own).id, account.id);
  });

  it('[PC-2] true at the edges: who may be a known patient is reviewed before anything is sent', async () => {
    const facts = somebody();
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', recordOf(facts));
    const other = { ...facts, email: address() };
    await held('invite', other);
    assert.equal((await journey().mails(other.email)).length, 0);
    const [review] = await reviews(`Patient/${String(body.id)}`);
    await decide(review ?? assert.fail('no review'), 'rejected');
    assert.equal((await call('invite', other)).status, 201);
  });

  it('[PC-4] true at the edges: another given name, birth date or number of the same system is another person', async () => {
    const facts = somebody();
    const system = 'urn:oid:1.2.3.9';
    await call('enroll', { ...facts, identifier: `${system}|${letters()}` });
    for (const more of [{ given: 'Berta' }, { birthDate: '1985-05-06' }, { identifier: `${system}|${letters()}` }]) {
      const answer = await call('enroll', { ...facts, email: address(), ...more });
      assert.equal(answer.status, 201, answer.text);
    }
    await held('enroll', { ...facts, email: address(), identifier: `urn:unknown:system|${letters()}` });
  });

  it('[PC-4] [C05] true at the edges: of ten at once with ten addresses one gets an account', async () => {
    const facts = somebody();
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('enroll', { ...facts, email: address() })));
    const made = answers.filter(({ status }) => status === 201);
    assert.equal(made.length, 1, answers.map(({ status }) => status).join());
    const all = (await patients(facts)).map(({ id }) => `Patient/${id}`);
    assert.equal((await entries(`Person?link=${all.join()}`)).length, 1);
  });

  it('[PC-2] true at the edges: a code redeemed after the record came in waits for the review, and says no more than any other', async () => {
    const facts = somebody();
    await call('invite', facts);
    const [code = ''] = await journey().codes(facts.email);
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient', recordOf({ ...facts, email: address() }));
    const redeem = () =>
      journey().call('', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate: facts.birthDate }));
    const unknown = { code: '0000-0000-0000-0000-0000-0000-0000-0000', birthDate: facts.birthDate };
    const nothing = await journey().call('', 'POST', 'Patient/$redeem-invitation', parameters(unknown));
    const waits = await redeem();
    assert.deepEqual([waits.status, waits.text], [410, nothing.text]);
    const [first, second] = await patients(facts);
    const pair = [first, second].map(one => reviews(`Patient/${String(one?.id)}`));
    const [review, ...more] = (await Promise.all(pair)).flat();
    assert.equal(more.length, 0);
    await decide(review ?? assert.fail('no review'), 'rejected');
    assert.equal((await redeem()).status, 201);
  });
}

function arriving(journey: () => Journey): void {
  const { reviews, member, recordOf } = actionsOf(journey);
  const ways: Record<string, (resource: Resource) => Promise<unknown>> = {
    'a transaction': ({ id: _id, ...resource }) => {
      const request = { method: 'PUT', url: `Patient?identifier=${tokenOf(resource)}` };
      const body = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource, request }] };
      return journey().expect(200, 'demo-ehr', 'POST', '', body);
    },
    'a conditional update': ({ id: _id, ...resource }) =>
      journey().call('demo-ehr', 'PUT', `Patient?identifier=${tokenOf(resource)}`, resource),
    'a bulk load': async resource => {
      const { app } = journey().server;
      const endpoint = app.endpoints.find(one => one.workflows) ?? assert.fail();
      async function* items() {
        yield { place: 1, resource };
      }
      const source = { name: 'records', id: randomUUID(), unit: 'line' as const, items };
      const reports = { refused: (_where: string, why: Error) => assert.fail(why), progress: () => undefined };
      assert.equal((await loadItems(app, endpoint, source, reports)).written, 1);
    },
  };
  for (const [name, write] of Object.entries(ways))
    it(`[PC-1] true at the edges: a member’s record that comes by ${name} makes one review, however often it comes`, async () => {
      const facts = somebody();
      const account = await member(facts);
      const identifier = [{ system: 'urn:records', value: randomUUID() }];
      const record = recordOf({ ...facts, email: address() }, { id: randomUUID(), identifier });
      await write(record);
      await write({ ...record, gender: 'female' });
      assert.equal((await reviews(`Person/${account.id}`)).length, 1);
    });
}

describe('people who may be on record already', () => {
  eachPortal(journey => {
    stating(journey);
    arriving(journey);
  });
});
