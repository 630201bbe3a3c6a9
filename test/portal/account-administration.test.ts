/** Administrators close and reopen accounts: those of others, nothing else of them, and none of whoever is gone. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Bundle, Person } from 'fhir/r4.js';
import {
  asPerson,
  eachPortal,
  issue,
  parameters,
  stranger,
  type Answer,
  type Caller,
  type Journey,
} from './journey.js';

const system: Caller = 'demo-system';
const ADMINISTRATOR: Caller = 'demo-agent as Practitioner/demo-administrator';
const AUDITOR: Caller = 'demo-agent as Practitioner/demo-auditor';
const reference = (to: string) => ({ reference: to });

function actionsOf(journey: () => Journey) {
  const member = async (): Promise<{ account: Person; patient: string; who: Caller }> => {
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(stranger()));
    const account = asPerson(answer);
    const patient = account.link?.[0]?.target.reference ?? assert.fail();
    return { account, patient, who: `demo-patient as Person/${account.id}` };
  };
  const now = async (path: string) => (await journey().expect(200, system, 'GET', path)).body;
  const put = async (who: Caller, path: string, more: object): Promise<Answer> =>
    journey().call(who, 'PUT', path, { ...(await now(path)), ...more });
  const patch = (who: Caller, path: string, at: string, value: unknown): Promise<Answer> =>
    journey().call(who, 'PATCH', path, [{ op: 'add', path: at, value }], {
      'content-type': 'application/json-patch+json',
    });
  return { member, now, put, patch };
}

function administering(journey: () => Journey): void {
  const { member, now, put, patch } = actionsOf(journey);

  it('[PC-4] [RN-30] true at the edges: closes with the next request, and opens again, by PUT and PATCH', async () => {
    const { account, patient, who } = await member();
    const path = `Person/${account.id}`;
    const reads = async () => (await journey().call(who, 'GET', patient)).status;
    assert.equal(await reads(), 200);
    assert.equal((await put(ADMINISTRATOR, path, { active: false })).status, 200);
    assert.equal(await reads(), 401);
    const invited = await journey().call('demo-ehr', 'POST', `${patient}/$enroll`);
    assert.equal(invited.status, 409, invited.text);
    assert.equal((await patch(ADMINISTRATOR, path, '/active', true)).status, 200);
    assert.equal(await reads(), 200);
  });

  it('[PC-4] [RN-30] true at the edges: the audit tells who closed which account', async () => {
    const { account } = await member();
    const path = `Person/${account.id}`;
    assert.equal((await put(ADMINISTRATOR, path, { active: false })).status, 200);
    const { body } = await journey().expect(200, AUDITOR, 'GET', `AuditEvent?entity=${path}&_count=50`);
    const events = ((body as unknown as Bundle).entry ?? []).map(({ resource }) => JSON.stringify(resource));
    const closing = events.find(text => text.includes('Person.active')) ?? assert.fail(events.join('\n'));
    assert.ok(closing.includes('true → false') && closing.includes('Practitioner/demo-administrator'), closing);
  });

  it('[PC-4] [RN-30] true at the edges: addresses, names and links of an account are not an administrator’s', async () => {
    const { account } = await member();
    const other = await member();
    const path = `Person/${account.id}`;
    const changes: Record<string, unknown> = {
      telecom: [{ system: 'email', value: 'mine@example.org' }],
      name: [{ family: 'Else' }],
      link: [{ target: reference(other.patient) }],
      birthDate: '1990-01-01',
      identifier: [{ system: 'urn:x', value: 'y' }],
      extension: [{ url: 'urn:mine', valueCode: 'x' }],
    };
    for (const [name, value] of Object.entries(changes)) {
      for (const answer of [
        await put(ADMINISTRATOR, path, { [name]: value, active: false }),
        await patch(ADMINISTRATOR, path, `/${name}`, value),
      ]) {
        assert.ok([403, 422].includes(answer.status), `${name}: ${answer.text}`);
      }
    }
    const url = 'https://portico.health/fhir/StructureDefinition/account-standing';
    const pending = { active: false, extension: [{ url, valueCode: 'pending' }] };
    assert.equal((await put(ADMINISTRATOR, path, pending)).status, 409, 'no account goes back to its beginning');
    assert.deepEqual(await now(path), account);
    assert.equal((await journey().call(ADMINISTRATOR, 'DELETE', path)).status, 403);
    const { id: _id, ...again } = account;
    assert.equal((await journey().call(ADMINISTRATOR, 'POST', 'Person', again)).status, 403);
  });

  it('[PC-4] [RN-30] true at the edges: nobody closes their own account, and no other staff closes any', async () => {
    const own = await journey().expect(201, system, 'POST', 'Person', {
      ...{ resourceType: 'Person', active: true, link: [{ target: reference('Practitioner/demo-administrator') }] },
    });
    const path = `Person/${String(own.body.id)}`;
    const answer = await put(ADMINISTRATOR, path, { active: false });
    assert.deepEqual([answer.status, issue(answer).expression], [409, 'Person.active'], answer.text);
    const { account } = await member();
    for (const who of ['demo-clinician', 'demo-agent', 'demo-agent as Practitioner/demo-manager', AUDITOR]) {
      assert.equal((await put(who, `Person/${account.id}`, { active: false })).status, 403, who);
    }
  });
}

function gone(journey: () => Journey): void {
  const { member, put } = actionsOf(journey);

  it('[PC-4] true at the edges: the account of who has died, is inactive or was merged away stays closed', async () => {
    const survivor = await member();
    for (const [change, undo] of [
      [{ deceasedBoolean: true }, { deceasedBoolean: false }],
      [{ active: false }, { active: true }],
      [{ link: [{ type: 'replaced-by', other: reference(survivor.patient) }] }, { link: undefined }],
    ]) {
      const { account, patient } = await member();
      const path = `Person/${account.id}`;
      assert.equal((await put(system, patient, change ?? {})).status, 200);
      for (const who of [ADMINISTRATOR, system]) {
        const answer = await put(who, path, { active: true });
        assert.deepEqual([answer.status, issue(answer).expression], [409, 'Person.active'], answer.text);
      }
      assert.equal((await put(system, patient, undo ?? {})).status, 200);
      assert.equal((await put(ADMINISTRATOR, path, { active: true })).status, 200);
    }
  });

  it('[PC-4] true at the edges: a patient has one account, however a second one is tried', async () => {
    const { account, patient } = await member();
    const second = { resourceType: 'Person', active: true, link: [{ target: reference(patient) }] };
    assert.equal((await journey().call(system, 'POST', 'Person', second)).status, 409);
    const related = { resourceType: 'RelatedPerson', active: true, patient: reference(patient) };
    const { body: relation } = await journey().expect(201, system, 'POST', 'RelatedPerson', related);
    const link = [{ target: reference(`RelatedPerson/${String(relation.id)}`) }];
    const { body: proxy } = await journey().expect(201, system, 'POST', 'Person', { ...second, link });
    const more = { link: [...link, ...second.link] };
    assert.equal((await put(system, `Person/${String(proxy.id)}`, more)).status, 409);
    assert.equal((await put(system, `Person/${account.id}`, { active: false })).status, 200);
    assert.equal((await put(system, `Person/${String(proxy.id)}`, more)).status, 200);
    const both = await put(ADMINISTRATOR, `Person/${account.id}`, { active: true });
    assert.deepEqual([both.status, issue(both).expression], [409, 'Person.link'], both.text);
    const fresh = { resourceType: 'Patient', name: [{ family: randomUUID() }] };
    const { body: one } = await journey().expect(201, system, 'POST', 'Patient', fresh);
    const same = { ...second, link: [{ target: reference(`Patient/${String(one.id)}`) }] };
    const tries = await Promise.all(Array.from({ length: 6 }, () => journey().call(system, 'POST', 'Person', same)));
    assert.equal(tries.filter(({ status }) => status === 201).length, 1);
  });
}

describe('the administration of accounts', () => {
  eachPortal(journey => {
    administering(journey);
    gone(journey);
  });
});
