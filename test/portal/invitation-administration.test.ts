/** Member administration: invitations are sent again and withdrawn, and possible duplicates are decided on. */
import assert from 'node:assert/strict';
import type { Bundle, Patient, Task } from 'fhir/r4.js';
import { uniqueLetters } from '../fixtures/unique.js';
import {
  asPerson,
  asTask,
  eachPortal,
  issue,
  output,
  parameters,
  stranger,
  DAY,
  type Caller,
  type Journey,
} from './journey.js';

const system: Caller = 'demo-system';
const ADMINISTRATOR: Caller = 'demo-agent as Practitioner/demo-administrator';
const OTHERS: Caller[] = [
  ...['demo-clinician', 'demo-agent', 'demo-agent as Practitioner/demo-auditor'],
  ...['demo-patient', 'demo-patient as Person/demo-proxy', 'demo-ehr'],
];

function actionsOf(journey: () => Journey) {
  const run = (name: string, path: string, who: Caller = ADMINISTRATOR, body?: object) =>
    journey().call(who, 'POST', `${path}/$${name}`, body);
  const good = async (name: string, path: string, who?: Caller, body?: object): Promise<Task> => {
    const answer = await run(name, path, who, body);
    assert.equal(answer.status, 200, answer.text);
    return asTask(answer);
  };
  const invited = async (more: Record<string, string> = {}) => {
    const facts = { ...stranger(), ...more };
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(facts));
    const task = output({ body, status: 0, headers: new Headers(), text: '' }, 'return') as Task;
    return { ...facts, path: `Task/${task.id}`, task };
  };
  const redeem = (code: string, birthDate: string) =>
    journey().call('', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate }));
  const get = async <R>(path: string) => (await journey().expect(200, system, 'GET', path)).body as unknown as R;
  const record = async (more: object, family = `Y${uniqueLetters()}`): Promise<string> => {
    const resource = { resourceType: 'Patient', name: [{ family, given: ['Anna'] }], birthDate: '1984-05-06', ...more };
    const { body } = await journey().expect(201, system, 'POST', 'Patient', resource);
    return `Patient/${String(body.id)}`;
  };
  return { run, good, invited, redeem, get, record };
}

function resending(journey: () => Journey): void {
  const { run, good, invited, redeem, record, get } = actionsOf(journey);

  it('[RN-30] [C02] an invitation is sent again with another code; the one before is good for nothing', async () => {
    const { path, email, birthDate, task } = await invited();
    const [first = ''] = await journey().codes(email);
    journey().pass(2 * DAY);
    const again = await good('resend', path);
    assert.equal(again.id, task.id);
    assert.ok((again.restriction?.period?.end ?? '') > (task.restriction?.period?.end ?? ''));
    const [second = '', ...more] = (await journey().codes(email)).filter(code => code !== first);
    assert.deepEqual(more, []);
    assert.equal((await redeem(first, birthDate)).status, 410);
    assert.equal((await redeem(second, birthDate)).status, 201);
    assert.equal((await run('resend', path)).status, 409, 'it is redeemed');
  });

  it('[RN-30] of two at once, and of a retry, one is sent; later ones are', async () => {
    const { path, email } = await invited();
    await Promise.all([good('resend', path), good('resend', path, system)]);
    await good('resend', path);
    assert.equal((await journey().codes(email)).length, 2);
    journey().pass(11_000);
    await good('resend', path);
    assert.equal((await journey().codes(email)).length, 3);
  });

  it('[RN-30] it goes to the contact of this moment, and brings an invitation that was over back', async () => {
    const [before, now] = [`${uniqueLetters()}@example.org`, `${uniqueLetters()}@example.org`];
    const telecom = (value: string) => [{ system: 'email', value }];
    const patient = await record({ telecom: telecom(before) });
    const { body } = await journey().expect(201, system, 'POST', `${patient}/$invite`);
    const { id } = output({ body, status: 0, headers: new Headers(), text: '' }, 'return') as Task;
    const [old = ''] = await journey().codes(before);
    const both = [...telecom(before), { system: 'email', value: now, rank: 1 }];
    await journey().expect(200, system, 'PUT', patient, { ...(await get<object>(patient)), telecom: both });
    journey().pass(100 * DAY);
    assert.equal((await redeem(old, '1984-05-06')).status, 410);
    await good('resend', `Task/${id}`);
    const [code = ''] = await journey().codes(now);
    assert.equal((await journey().codes(before)).length, 1);
    assert.equal((await redeem(code, '1984-05-06')).status, 201);
  });

  it('[RN-30] not to a member, a minor, or who has died', async () => {
    const email = `${uniqueLetters()}@example.org`;
    const patient = await record({ telecom: [{ system: 'email', value: email }] });
    const { body } = await journey().expect(201, system, 'POST', `${patient}/$invite`);
    const { id } = output({ body, status: 0, headers: new Headers(), text: '' }, 'return') as Task;
    const young = { ...(await get<object>(patient)), birthDate: `${new Date().getUTCFullYear() - 9}-01-01` };
    await journey().expect(200, system, 'PUT', patient, young);
    assert.equal((await run('resend', `Task/${id}`)).status, 422);
    await journey().expect(200, system, 'PUT', patient, { ...young, birthDate: '1984-05-06' });
    await journey().expect(201, system, 'POST', `${patient}/$enroll`);
    assert.equal((await run('resend', `Task/${id}`)).status, 409);
    const gone = await invited();
    await good('withdraw', gone.path);
    assert.equal((await run('resend', gone.path)).status, 409);
  });
}

function withdrawing(journey: () => Journey): void {
  const { run, good, invited, redeem } = actionsOf(journey);

  it('[RN-30] [C02] [C05] an invitation is withdrawn by one call: its code is that of nobody', async () => {
    const { path, email, birthDate, ...facts } = await invited();
    const [code = ''] = await journey().codes(email);
    const task = await good('withdraw', path);
    assert.deepEqual([task.status, task.statusReason?.text], ['cancelled', 'withdrawn']);
    const unknown = await redeem('AAAA-BBBB-CCCC-DDDD', birthDate);
    const answer = await redeem(code, birthDate);
    assert.deepEqual([answer.status, answer.text], [410, unknown.text]);
    assert.equal((await good('withdraw', path)).meta?.versionId, task.meta?.versionId, 'a retry');
    const who = parameters({ family: facts.family, given: facts.given, birthDate, email });
    const standing = await journey().expect(200, 'demo-ehr', 'POST', 'Patient/$enrollment-status', who);
    assert.equal(output(standing, 'status'), 'unknown');
  });

  it('[RN-30] one that was redeemed is not; of redeeming and withdrawing at once one comes to pass', async () => {
    const { path, email, birthDate } = await invited();
    const [code = ''] = await journey().codes(email);
    const [redeemed, withdrawn] = await Promise.all([redeem(code, birthDate), run('withdraw', path)]);
    const outcomes = [redeemed.status, withdrawn.status].join(' ');
    assert.ok(['201 409', '410 200'].includes(outcomes), outcomes);
    const other = await invited();
    const [another = ''] = await journey().codes(other.email);
    assert.equal((await redeem(another, other.birthDate)).status, 201);
    assert.equal((await run('withdraw', other.path)).status, 409);
  });

  it('[RN-30] who must not: 403; what is no invitation: 409; what nobody sees: 404', async () => {
    const { path } = await invited();
    for (const name of ['resend', 'withdraw', 'confirm', 'reject']) {
      for (const who of OTHERS) assert.equal((await run(name, path, who)).status, 403, `${who} ${name}`);
      assert.equal((await run(name, path, '')).status, 401);
      assert.equal((await run(name, 'Task/nobody')).status, 404);
    }
    for (const name of ['confirm', 'reject']) assert.equal((await run(name, path)).status, 409, name);
  });
}

function deciding(journey: () => Journey): void {
  const { run, good, get, record } = actionsOf(journey);
  const CODE = 'https://portico.health/fhir/CodeSystem/task-code|review-duplicate';
  const kept = (to: string) => ({
    ...{ resourceType: 'Parameters' },
    parameter: [
      { name: 'kept', valueReference: { reference: to } },
      { name: 'note', valueString: 'Both cards were shown.' },
    ],
  });
  /** A member, and a record of the same person that came in later. */
  const pair = async (memberToo = false) => {
    const family = `Y${uniqueLetters()}ß`;
    const telecom = () => [{ system: 'email', value: `${uniqueLetters()}@example.org` }];
    const member = await record({ telecom: telecom() }, family);
    const account = asPerson(await journey().expect(201, system, 'POST', `${member}/$enroll`));
    const late = await record({ telecom: telecom() }, family.replace('ß', 'SS'));
    const path = `Task?code=${encodeURIComponent(CODE)}&focus=Person/${account.id}`;
    const [entry] = (await get<Bundle<Task>>(path)).entry ?? [];
    const second = memberToo && {
      ...{ resourceType: 'Person', active: true, link: [{ target: { reference: late } }] },
    };
    const other = second ? await journey().expect(201, system, 'POST', 'Person', second) : undefined;
    return { member, late, account, other, review: `Task/${entry?.resource?.id}` };
  };
  const linkOf = async (path: string) =>
    (await get<Patient>(path)).link?.map(({ type, other }) => [type, other.reference]);

  it('[RN-30] one person: the late record points to the member’s, and a retry changes nothing', async () => {
    const { member, late, account, review } = await pair();
    const task = await good('confirm', review);
    assert.deepEqual([task.status, task.output?.[0]?.valueReference?.reference], ['completed', member]);
    assert.equal(task.owner?.reference, 'Practitioner/demo-administrator');
    assert.deepEqual(await linkOf(late), [['replaced-by', member]]);
    assert.deepEqual(await linkOf(member), [['replaces', late]]);
    const standing = await journey().expect(200, 'demo-ehr', 'GET', `${late}/$enrollment-status`);
    assert.equal(output(standing, 'status'), 'enrolled');
    assert.equal((await journey().expect(200, system, 'POST', `${late}/$enroll`)).body.id, account.id);
    assert.equal((await good('confirm', review)).meta?.versionId, task.meta?.versionId);
    assert.equal((await run('reject', review)).status, 409, 'it is decided');
  });

  it('[RN-30] the account goes over to the record that is kept, and reaches it with the next request', async () => {
    const { member, late, account, review } = await pair();
    const who = `demo-patient as Person/${account.id}`;
    assert.equal((await journey().call(who, 'GET', late)).status, 404);
    const task = await good('confirm', review, system, kept(late));
    assert.equal(task.note?.[0]?.text, 'Both cards were shown.');
    assert.equal((await journey().call(who, 'GET', late)).status, 200);
    assert.deepEqual(await linkOf(member), [['replaced-by', late]]);
    const { link } = await get<{ link: unknown }>(`Person/${account.id}`);
    assert.deepEqual(link, [{ target: { reference: late } }]);
  });

  it('[RN-30] of two accounts one is left: which record is kept is to be said then', async () => {
    const { late, account, other, review } = await pair(true);
    const answer = await run('confirm', review);
    assert.deepEqual([answer.status, issue(answer).code], [422, 'required'], answer.text);
    for (const to of ['Patient/demo-patient', 'Patient/nobody', 'Person/demo-patient']) {
      assert.equal((await run('confirm', review, ADMINISTRATOR, kept(to))).status, 422, to);
    }
    assert.equal((await get<Task>(review)).status, 'requested');
    await good('confirm', review, ADMINISTRATOR, kept(late));
    assert.equal((await get<{ active: boolean }>(`Person/${account.id}`)).active, false);
    assert.equal((await get<{ active: boolean }>(`Person/${String(other?.body.id)}`)).active, true);
  });

  it('[RN-30] two persons: nobody asks again; of both decisions at once one is made', async () => {
    const { late, review } = await pair();
    const both = await Promise.all([run('confirm', review), run('reject', review)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    const other = await pair();
    const task = await good('reject', other.review, ADMINISTRATOR, {
      ...{ resourceType: 'Parameters', parameter: [{ name: 'note', valueString: 'Cousins.' }] },
    });
    assert.deepEqual([task.status, task.note?.[0]?.text], ['rejected', 'Cousins.']);
    const enrolled = await journey().expect(201, system, 'POST', `${other.late}/$enroll`);
    assert.notEqual(asPerson(enrolled).id, other.account.id);
    assert.ok(late);
  });

  it('[RN-30] an administrator who is a member, too, decides nothing about records of their own', async () => {
    const { account, review } = await pair();
    const path = `Person/${account.id}`;
    const before = await get<{ link: object[] }>(path);
    const both = [...before.link, { target: { reference: 'Practitioner/demo-administrator' } }];
    await journey().expect(200, system, 'PUT', path, { ...before, link: both });
    for (const name of ['confirm', 'reject']) assert.equal((await run(name, review)).status, 403, name);
    assert.equal((await get<Task>(review)).status, 'requested');
    await journey().expect(200, system, 'PUT', path, before);
    await good('reject', review);
  });

  it('[RN-30] who must not decide: 403', async () => {
    const { review } = await pair();
    for (const name of ['confirm', 'reject'])
      for (const who of OTHERS) assert.equal((await run(name, review, who)).status, 403, `${who} ${name}`);
    assert.equal((await get<Task>(review)).status, 'requested');
  });
}

describe('the administration of invitations and duplicates', () => {
  eachPortal(journey => {
    resending(journey);
    withdrawing(journey);
    deciding(journey);
  });
});
