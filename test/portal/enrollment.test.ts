/** Enrollment status, and enrollment without an invitation. */
import assert from 'node:assert/strict';
import type { Patient } from 'fhir/r4.js';
import {
  asPerson,
  DAY,
  eachPortal,
  issue,
  output,
  parameters,
  stranger,
  type Answer,
  type Journey,
} from './journey.js';

const status = (answer: Answer): unknown[] => [output(answer, 'status'), output(answer, 'nextAction')];

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const ask = (values: Record<string, string>) =>
    journey().expect(200, 'demo-ehr', 'POST', 'Patient/$enrollment-status', parameters(values));
  const enroll = (values: Record<string, string>) =>
    journey().call('demo-ehr', 'POST', 'Patient/$enroll', parameters(values));

  return { ask, enroll };
}

function asking(journey: () => Journey): void {
  const { ask, enroll } = actionsOf(journey);

  it('[PC-1] tells all seven statuses apart, with what can be done next', async () => {
    const person = stranger();
    assert.deepEqual(status(await ask(person)), ['unknown', ['invite', 'enroll']]);
    const known = await journey().expect(200, 'demo-ehr', 'GET', 'Patient/demo-harold-brookfield/$enrollment-status');
    assert.deepEqual(status(known), ['not-enrolled', ['invite', 'enroll']]);
    const invitation = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const { id } = output(invitation, 'return') as { id: string };
    const invited = await ask(person);
    assert.deepEqual(status(invited), ['invited', ['resend', 'enroll']]);
    assert.deepEqual(output(invited, 'invitation'), { reference: `Task/${id}` });
    assert.equal((await journey().codes(person.email)).length, 1);
    journey().pass(15 * DAY);
    assert.deepEqual(status(await ask(person)), ['invitation-expired', ['invite', 'enroll']]);
    assert.equal((await enroll(person)).status, 201);
    assert.deepEqual(status(await ask(person)), ['enrolled', 'message']);
    const proxy = { family: 'Delacroix', birthDate: '1989-04-02', email: 'simone.delacroix@example.org' };
    assert.deepEqual(status(await ask(proxy)), ['proxy-only', 'enroll']);
    const gone = await journey().expect(200, 'demo-ehr', 'GET', 'Patient/demo-june-abernathy/$enrollment-status');
    assert.deepEqual(status(gone), ['inactive', 'none']);
  });

  it('[PC-4] who is enrolled without it has no open invitation any more', async () => {
    const person = stranger();
    const invitation = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const { id } = output(invitation, 'return') as { id: string };
    assert.equal((await enroll(person)).status, 201);
    assert.equal((await journey().expect(200, 'demo-ehr', 'GET', `Task/${id}`)).body['status'], 'cancelled');
  });

  it('[PC-1] finds a patient by identifier, and by name, birth date and a contact', async () => {
    const byIdentifier = await ask({ identifier: 'https://portico.health/demo/mrn|CV-1000' });
    assert.deepEqual(status(byIdentifier), ['enrolled', 'message']);
    assert.deepEqual(output(byIdentifier, 'patient'), { reference: 'Patient/demo-patient' });
    const facts = { family: 'whitfield', given: 'DANA', birthDate: '1983-05-17' };
    assert.deepEqual(status(await ask({ ...facts, email: 'Dana.Whitfield@Example.org' }))[0], 'enrolled');
    assert.deepEqual(status(await ask({ ...facts, phone: '+1 (555) 555-0199' }))[0], 'enrolled');
    assert.deepEqual(status(await ask({ ...facts, email: 'other@example.org' }))[0], 'unknown');
  });

  it('[PC-1] knows that a patient on record has died', async () => {
    const eddy = await ask({ identifier: 'http://hospital.smarthealthit.org|c0cd7d3c-da6a-4e2f-a130-35e4d7db9d11' });
    assert.deepEqual(status(eddy), ['inactive', 'none']);
  });

  it('[PC-1] refuses what leads to nobody in particular', async () => {
    const bad = async (values: Record<string, string>) => {
      const answer = await journey().call('demo-ehr', 'POST', 'Patient/$enrollment-status', parameters(values));
      return [answer.status, issue(answer).code];
    };
    assert.deepEqual(await bad({ family: 'Whitfield' }), [422, 'required']);
    assert.deepEqual(await bad({ identifier: 'no-system' }), [400, 'value']);
    assert.deepEqual(await bad({ family: 'Whitfield', birthDate: '1983-02-30', email: 'a@example.org' }), [
      400,
      'value',
    ]);
    assert.deepEqual(await bad({ family: 'Whitfield', nonsense: 'x' }), [400, 'not-supported']);
    const missing = await journey().call('demo-ehr', 'GET', 'Patient/nobody/$enrollment-status');
    assert.deepEqual([missing.status, issue(missing).code], [404, 'not-found']);
  });

  it('[PC-1] is not for patients', async () => {
    const answer = await journey().call('demo-patient', 'GET', 'Patient/demo-patient/$enrollment-status');
    assert.deepEqual([answer.status, issue(answer).code], [403, 'forbidden']);
  });
}

function enrolling(journey: () => Journey): void {
  const { enroll } = actionsOf(journey);

  it('[PC-4] makes patient and account, tells the person, and does nothing the second time', async () => {
    const person = stranger();
    const first = await enroll({ ...person, language: 'ar', identifier: `urn:test|${person.family}` });
    assert.equal(first.status, 201, first.text);
    const account = asPerson(first);
    assert.deepEqual([account.active, account.name, account.telecom], [true, undefined, undefined]);
    const reference = account.link?.[0]?.target.reference ?? '';
    const patient = (await journey().expect(200, 'demo-ehr', 'GET', reference)).body as unknown as Patient;
    const [stated, own] = patient.identifier ?? [];
    assert.deepEqual(stated, { system: 'urn:test', value: person.family });
    assert.deepEqual(
      [own?.system, own?.value],
      ['https://portico.health/fhir/NamingSystem/patient', reference.slice('Patient/'.length)],
      '[RN-4] an identifier of the portal’s own assigning authority',
    );
    assert.equal(first.headers.get('location')?.endsWith(`/Person/${account.id}`), true);
    const second = await enroll(person);
    assert.equal(second.status, 200);
    assert.deepEqual(second.body, first.body);
    const mails = await journey().mails(person.email);
    assert.deepEqual(
      mails.map(({ subject }) => subject),
      ['حسابك في بوابة المرضى جاهز'],
    );
  });

  it('[PC-4] makes one account of twenty parallel calls', async () => {
    const person = stranger();
    const answers = await Promise.all(Array.from({ length: 20 }, () => enroll(person)));
    const made = answers.filter(({ status }) => status === 201);
    assert.deepEqual([made.length, answers.filter(({ status }) => status === 200).length], [1, 19]);
    assert.equal(new Set(answers.map(answer => asPerson(answer).id)).size, 1);
    const found = await journey().expect(200, 'demo-ehr', 'GET', `Patient?family=${person.family}&_summary=count`);
    assert.equal(found.body['total'], 1);
    assert.equal((await journey().mails(person.email)).length, 1);
  });

  it('[PC-4] enrolls a patient on record at instance level, and gives a proxy-only member a record of their own', async () => {
    const first = await journey().call('demo-ehr', 'POST', 'Patient/demo-camille-thibault/$enroll');
    assert.equal(first.status, 201, first.text);
    assert.deepEqual(asPerson(first).link, [{ target: { reference: 'Patient/demo-camille-thibault' } }]);
    const facts = {
      family: 'Delacroix',
      given: 'Simone',
      birthDate: '1989-04-02',
      email: 'simone.delacroix@example.org',
    };
    const proxy = await enroll(facts);
    assert.equal(proxy.status, 201, proxy.text);
    assert.equal(asPerson(proxy).id, 'demo-proxy');
    assert.equal(asPerson(proxy).link?.length, 2);
  });

  it('[PC-4] ends an open invitation', async () => {
    const person = stranger();
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(person));
    const [code = ''] = await journey().codes(person.email);
    assert.equal((await enroll(person)).status, 201);
    const late = parameters({ code, birthDate: person.birthDate });
    assert.equal((await journey().call('', 'POST', 'Patient/$redeem-invitation', late)).status, 410);
  });

  it('[PC-4] does not enroll who is inactive, or who is not who they say', async () => {
    const inactive = await journey().call('demo-ehr', 'POST', 'Patient/demo-june-abernathy/$enroll');
    assert.deepEqual([inactive.status, issue(inactive).code], [409, 'conflict']);
    const other = await journey().call(
      'demo-ehr',
      'POST',
      'Patient/$enroll',
      parameters({ ...stranger(), identifier: 'https://portico.health/demo/mrn|CV-1002' }),
    );
    assert.deepEqual([other.status, issue(other).code], [422, 'business-rule']);
  });
}

describe('enrollment', () => {
  eachPortal(journey => {
    asking(journey);
    enrolling(journey);
  });
});
