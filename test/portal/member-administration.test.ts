/** Member administration: accounts are closed, reopened and put to use by operations, by whom and of whom they may be. */
import assert from 'node:assert/strict';
import type { Bundle, Person } from 'fhir/r4.js';
import { asPerson, eachPortal, issue, output, parameters, stranger, type Caller, type Journey } from './journey.js';

const system: Caller = 'demo-system';
const ADMINISTRATOR: Caller = 'demo-agent as Practitioner/demo-administrator';
const AUDITOR: Caller = 'demo-agent as Practitioner/demo-auditor';
const OPERATIONS = ['deactivate', 'reactivate', 'activate', 'resend', 'unlock', 'reset-factor'];
const STANDING = 'https://portico.health/fhir/StructureDefinition/account-standing';

const reference = (to: string) => ({ reference: to });

function actionsOf(journey: () => Journey) {
  const member = async () => {
    const facts = stranger();
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(facts));
    const account = asPerson(answer);
    const patient = account.link?.[0]?.target.reference ?? assert.fail();
    return { ...facts, path: `Person/${account.id}`, patient, who: `demo-patient as Person/${account.id}` };
  };
  /** An account that waits: in demo mode those that are enrolled are in use at once. */
  const pending = async () => {
    const one = await member();
    await journey().expect(204, system, 'DELETE', one.path);
    const { body } = await journey().expect(201, system, 'POST', 'Person', {
      ...{ resourceType: 'Person', active: false, extension: [{ url: STANDING, valueCode: 'pending' }] },
      link: [{ target: reference(one.patient) }],
    });
    return { ...one, path: `Person/${String(body.id)}`, who: `demo-patient as Person/${String(body.id)}` };
  };
  const run = (name: string, path: string, who: Caller = ADMINISTRATOR) =>
    journey().call(who, 'POST', `${path}/$${name}`);
  const good = async (name: string, path: string, who?: Caller): Promise<Person> => {
    const answer = await run(name, path, who);
    assert.equal(answer.status, 200, answer.text);
    return asPerson(answer);
  };
  const change = async (path: string, more: object) => {
    const { body } = await journey().expect(200, system, 'GET', path);
    await journey().expect(200, system, 'PUT', path, { ...body, ...more });
  };
  const version = async (path: string) =>
    (await journey().expect(200, system, 'GET', path)).headers.get('etag') ?? assert.fail();
  const standing = async (patient: string) =>
    output(await journey().expect(200, 'demo-ehr', 'GET', `${patient}/$enrollment-status`), 'status');
  return { member, pending, run, good, change, version, standing };
}

function closing(journey: () => Journey): void {
  const { member, run, good, change, version, standing } = actionsOf(journey);

  it('[RN-30] an account is closed with the next request, once, and opens again', async () => {
    const { path, patient, who } = await member();
    const reads = async () => (await journey().call(who, 'GET', patient)).status;
    assert.equal(await reads(), 200);
    assert.equal((await good('deactivate', path)).active, false);
    assert.deepEqual([await reads(), await standing(patient)], [401, 'inactive']);
    const closed = await version(path);
    assert.equal((await good('deactivate', path)).active, false, 'a retry');
    assert.equal(await version(path), closed);
    assert.equal((await good('reactivate', path, system)).active, true);
    assert.deepEqual([await reads(), await standing(patient)], [200, 'enrolled']);
    const opened = await version(path);
    assert.equal((await good('reactivate', path)).active, true);
    assert.equal(await version(path), opened);
  });

  it('[RN-30] of many at once one closes it; of closing and opening at once each is whole', async () => {
    const { path } = await member();
    const before = await version(path);
    const all = await Promise.all(Array.from({ length: 6 }, () => run('deactivate', path)));
    assert.deepEqual([...new Set(all.map(({ status }) => status))], [200]);
    assert.equal(Number(/\d+/.exec(await version(path))), Number(/\d+/.exec(before)) + 1);
    await Promise.all([run('reactivate', path), run('deactivate', path)]);
    const { body } = await journey().expect(200, system, 'GET', path);
    assert.equal(typeof body['active'], 'boolean');
  });

  it('[RN-30] [H06] the audit tells who closed which account', async () => {
    const { path } = await member();
    await good('deactivate', path);
    const { body } = await journey().expect(200, AUDITOR, 'GET', `AuditEvent?entity=${path}&_count=50`);
    const events = ((body as unknown as Bundle).entry ?? []).map(({ resource }) => JSON.stringify(resource));
    const event = events.find(text => text.includes('$deactivate')) ?? assert.fail(events.join('\n'));
    assert.ok(event.includes('true → false') && event.includes('Practitioner/demo-administrator'), event);
  });

  it('[RN-30] the account of who has died, is inactive or was merged away, or who has another, stays closed', async () => {
    const survivor = await member();
    for (const gone of [
      { deceasedBoolean: true },
      { active: false },
      { link: [{ type: 'replaced-by', other: reference(survivor.patient) }] },
    ]) {
      const { path, patient } = await member();
      await change(patient, gone);
      assert.equal((await run('deactivate', path)).status, 200);
      const answer = await run('reactivate', path);
      assert.deepEqual([answer.status, issue(answer).expression], [409, 'Person.active'], answer.text);
    }
    const { path, patient } = await member();
    await good('deactivate', path);
    const second = { resourceType: 'Person', active: true, link: [{ target: reference(patient) }] };
    await journey().expect(201, system, 'POST', 'Person', second);
    const answer = await run('reactivate', path);
    assert.deepEqual([answer.status, issue(answer).expression], [409, 'Person.link'], answer.text);
  });

  it('[RN-30] the account of a proxy only is closed and opened alike', async () => {
    const { patient } = await member();
    const related = { resourceType: 'RelatedPerson', active: true, patient: reference(patient) };
    const { body: relation } = await journey().expect(201, system, 'POST', 'RelatedPerson', related);
    const link = [{ target: reference(`RelatedPerson/${String(relation.id)}`) }];
    const { body } = await journey().expect(201, system, 'POST', 'Person', {
      ...{ resourceType: 'Person', active: true, link },
    });
    const path = `Person/${String(body.id)}`;
    assert.equal((await good('deactivate', path)).active, false);
    assert.equal((await good('reactivate', path)).active, true);
  });
}

function activating(journey: () => Journey): void {
  const { member, pending, run, good, change, standing } = actionsOf(journey);

  it('[RN-30] [PC-4] a pending account is put to use at the desk, once, and its person is told', async () => {
    const { path, patient, email } = await pending();
    const before = (await journey().mails(email)).length;
    const person = await good('activate', path);
    assert.deepEqual([person.active, person.extension], [true, undefined]);
    assert.equal(await standing(patient), 'enrolled');
    assert.equal((await good('activate', path)).active, true);
    const mails = await journey().mails(email);
    assert.equal(mails.length, before + 1);
    assert.equal(mails.at(-1)?.subject, 'Your patient portal account is ready');
  });

  it('[RN-30] no account is put to use that is closed, a minor’s, or of who is gone', async () => {
    const closed = await member();
    await good('deactivate', closed.path);
    assert.equal((await run('activate', closed.path)).status, 409);
    const minor = await pending();
    await change(minor.patient, { birthDate: `${new Date().getUTCFullYear() - 10}-01-01` });
    for (const name of ['activate', 'resend']) {
      const answer = await run(name, minor.path);
      assert.deepEqual([answer.status, issue(answer).expression], [422, 'Patient.birthDate'], answer.text);
    }
    const gone = await pending();
    await change(gone.patient, { deceasedBoolean: true });
    assert.equal((await run('activate', gone.path)).status, 409);
    assert.equal((await run('resend', gone.path)).status, 409);
  });

  it('[RN-30] an activation is sent again to the contact on record; a retry sends none', async () => {
    const { path, email } = await pending();
    const codes = async () =>
      (await journey().mails(email)).flatMap(({ text = '' }) => /activation#([0-9A-Z-]+)/.exec(text)?.[1] ?? []);
    await Promise.all([good('resend', path), good('resend', path)]);
    assert.equal((await codes()).length, 1);
    journey().pass(11_000);
    await good('resend', path, system);
    const all = await codes();
    assert.equal(new Set(all).size, 2);
    assert.equal((await run('resend', (await member()).path)).status, 409, 'it is in use');
  });
}

function refusing(journey: () => Journey): void {
  const { member, pending, run } = actionsOf(journey);

  it('[RN-30] who must not: 403 to staff without the role, the person, other patients and clients without the scope', async () => {
    const one = await pending();
    const other = await member();
    for (const name of OPERATIONS) {
      for (const who of ['demo-clinician', 'demo-agent', AUDITOR, one.who, other.who, 'demo-ehr']) {
        const { status } = await run(name, one.path, who);
        assert.ok(status === 403 || (who === one.who && status === 401), `${who} ${name} ${status}`);
        assert.equal((await run(name, 'Person/nobody', who)).status, status, `${who} learns nothing`);
      }
      assert.equal((await run(name, one.path, '')).status, 401);
      assert.equal((await run(name, 'Person/nobody')).status, 404);
      assert.equal((await journey().call(ADMINISTRATOR, 'GET', `${one.path}/$${name}`)).status, 405);
    }
    const { body } = await journey().expect(200, system, 'GET', one.path);
    assert.equal(body.meta?.versionId, '1');
  });

  it('[RN-30] an administrator who is a member, too, does nothing to their own account', async () => {
    const { patient } = await member();
    const link = [{ target: reference('Practitioner/demo-administrator') }];
    const { body } = await journey().expect(201, system, 'POST', 'Person', {
      ...{ resourceType: 'Person', active: true, link },
    });
    assert.ok(patient);
    for (const name of OPERATIONS) {
      assert.equal((await run(name, `Person/${String(body.id)}`)).status, 403, name);
    }
    for (const name of ['unlock', 'reset-factor']) {
      assert.equal((await run(name, 'Practitioner/demo-administrator')).status, 403, name);
      assert.equal((await run(name, 'Practitioner/demo-agent')).status, 200, name);
      assert.equal((await run(name, 'Practitioner/demo-agent', 'demo-agent')).status, 403, name);
    }
  });
}

describe('member administration', () => {
  eachPortal(journey => {
    closing(journey);
    activating(journey);
    refusing(journey);
  });
});
