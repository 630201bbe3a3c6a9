/** The invitation: made, sent, redeemed; and all the ways in which it is not. */
import assert from 'node:assert/strict';
import type { Task } from 'fhir/r4.js';
import { hashOf } from '../../src/portal/invitation-code.js';
import {
  asPerson,
  asTask,
  DAY,
  eachPortal,
  issue,
  output,
  parameters,
  stranger,
  type Answer,
  type Journey,
} from './journey.js';

/** What these tests do again and again. */
function actionsOf(journey: () => Journey) {
  const invite = (values: Record<string, string | number>) =>
    journey().call('demo-ehr', 'POST', 'Patient/$invite', parameters(values));
  const redeem = (code: string, birthDate: string) =>
    journey().call('', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate }));

  async function invited(values: Record<string, string | number> = {}) {
    const person = { ...stranger(), ...values };
    const answer = await invite(person);
    assert.equal(answer.status, 201, answer.text);
    const codes = await journey().codes(person.email);
    return { person, answer, task: output(answer, 'return') as Task, code: codes.at(-1) ?? '' };
  }

  const read = async (task: Task) => asTask(await journey().expect(200, 'demo-ehr', 'GET', `Task/${task.id}`));

  return { invite, redeem, invited, read };
}

function redeeming(journey: () => Journey): void {
  const { invite, redeem, invited, read } = actionsOf(journey);

  it('[PC-2] invites somebody without a Patient, who redeems it and has an account', async () => {
    const { person, answer, task, code } = await invited();
    assert.equal(output(answer, 'status'), 'invited');
    assert.deepEqual([task.status, task.code?.coding?.[0]?.code], ['requested', 'invitation']);
    assert.match(code, /^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
    assert.ok(!answer.text.includes(code));
    const made = await redeem(code, person.birthDate);
    assert.equal(made.status, 201, made.text);
    const account = asPerson(made);
    assert.deepEqual([account.active, account.name, account.telecom], [true, undefined, undefined]);
    assert.equal((await read(task)).status, 'completed');
    const own = await journey().expect(200, `demo-patient as Person/${account.id}`, 'GET', 'Patient');
    assert.equal(own.body['total'], 1);
  });

  it('[PC-2] writes to a patient on record in their language', async () => {
    const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/demo-omar-alkhatib/$invite');
    assert.deepEqual((output(answer, 'return') as Task).for, { reference: 'Patient/demo-omar-alkhatib' });
    const [mail] = await journey().mails('omar.alkhatib@example.org');
    assert.equal(mail?.subject, 'دعوة إلى بوابة المرضى الخاصة بك');
    assert.match(mail.html ?? '', /dir="rtl"/);
    const [code = ''] = await journey().codes('omar.alkhatib@example.org');
    const made = await redeem(code.toLowerCase().replaceAll('-', ' '), '1966-01-17');
    assert.deepEqual(asPerson(made).link, [{ target: { reference: 'Patient/demo-omar-alkhatib' } }]);
  });

  it('[PC-2] tells a member apart', async () => {
    const answer = await invite({
      family: 'Whitfield',
      given: 'Dana',
      birthDate: '1983-05-17',
      email: 'dana.whitfield@example.org',
    });
    assert.deepEqual([answer.status, output(answer, 'status'), output(answer, 'return')], [200, 'enrolled', undefined]);
    assert.deepEqual(await journey().codes('dana.whitfield@example.org'), []);
  });

  it('[PC-2] expires when it is asked to, whichever kind of whole number says so', async () => {
    for (const name of ['valueInteger', 'valuePositiveInt']) {
      const body = parameters(stranger());
      body.parameter?.push({ name: 'expiresInDays', [name]: 3 });
      const answer = await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', body);
      const { authoredOn = '', restriction } = output(answer, 'return') as Task;
      assert.equal(Date.parse(restriction?.period?.end ?? '') - Date.parse(authoredOn), 3 * DAY);
    }
  });

  it('[RN-1] words the invitation by the workflow it comes from', async () => {
    const { person } = await invited({ topic: 'visit' });
    const [mail] = await journey().mails(person.email);
    assert.equal(mail?.subject, 'Prepare for your visit in the patient portal');
  });

  it('matches the Patient that has come to be meanwhile, and makes no second one', async () => {
    const { person, code } = await invited();
    const { family, given, birthDate, email } = person;
    const patient = {
      resourceType: 'Patient',
      active: true,
      name: [{ family, given: [given] }],
      birthDate,
      telecom: [{ system: 'email', value: email.toUpperCase() }],
    };
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', patient);
    const made = await redeem(code, birthDate);
    assert.deepEqual(asPerson(made).link, [{ target: { reference: `Patient/${body.id}` } }]);
  });
}

function racing(journey: () => Journey): void {
  const { invite, redeem, invited, read } = actionsOf(journey);

  it('[C02] is redeemed once by fifty parallel calls', async () => {
    const { person, code } = await invited();
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(code, person.birthDate)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ status }) => status === 410).length, 49);
    const found = await journey().expect(200, 'demo-ehr', 'GET', `Patient?family=${person.family}&_summary=count`);
    assert.equal(found.body['total'], 1);
  });

  it('[C02] answers a used, expired, superseded and unknown code with the same bytes', async () => {
    const used = await invited();
    assert.equal((await redeem(used.code, used.person.birthDate)).status, 201);
    const superseded = await invited();
    const newer = await invite(superseded.person);
    assert.equal((await read(superseded.task)).status, 'cancelled');
    const expired = await invited({ expiresInDays: 1 });
    journey().pass(DAY + 1000);
    const answers = [
      await redeem(used.code, used.person.birthDate),
      await redeem(superseded.code, superseded.person.birthDate),
      await redeem(expired.code, expired.person.birthDate),
      await redeem('0000-0000-0000-0000-0000-0000-0000-0000', '1980-02-03'),
      await redeem('{"$ne":null}', '1980-02-03'),
    ];
    for (const { status } of answers) assert.equal(status, 410);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(issue(answers[0]!).code, 'expired');
    assert.equal(newer.status, 201);
    const codes = await journey().codes(superseded.person.email);
    const other = codes.find(code => code !== superseded.code) ?? '';
    assert.equal((await redeem(other, superseded.person.birthDate)).status, 201, 'the newer one holds');
  });

  it('[C02] leaves one of ten parallel invitations open', async () => {
    const person = stranger();
    const answers = await Promise.all(Array.from({ length: 10 }, () => invite(person)));
    assert.ok(answers.every(({ status }) => status === 201));
    const tasks = await Promise.all(answers.map(answer => read(output(answer, 'return') as Task)));
    assert.deepEqual(tasks.map(({ status }) => status).sort(), [...Array<string>(9).fill('cancelled'), 'requested']);
    const codes = await journey().codes(person.email);
    const made = await Promise.all(codes.map(code => redeem(code, person.birthDate)));
    assert.equal(made.filter(({ status }) => status === 201).length, 1);
  });

  it('[C04] [C08] locks after five wrong verifications, each answered alike', async () => {
    const { code, person, task } = await invited();
    const wrong: Answer[] = [];
    for (let day = 1; day <= 5; day++) wrong.push(await redeem(code, `1999-01-0${day}`));
    assert.deepEqual(
      wrong.map(({ status }) => status),
      [422, 422, 422, 422, 422],
    );
    assert.equal(new Set(wrong.map(({ text }) => text)).size, 1);
    assert.equal(issue(wrong[0]!).expression, undefined);
    assert.equal((await redeem(code, person.birthDate)).status, 410);
    assert.equal((await read(task)).status, 'failed');
  });

  it('[C04] counts wrong verifications that come in parallel', async () => {
    const { code, person } = await invited();
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code, '1999-01-01')));
    assert.equal(answers.filter(({ status }) => status === 422).length, 5);
    assert.equal((await redeem(code, person.birthDate)).status, 410);
  });
}

function keeping(journey: () => Journey): void {
  const { invite, redeem, invited, read } = actionsOf(journey);

  it('[C01] [A10] keeps no code at rest, and makes them at random', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => invited()));
    const codes = people.map(({ code }) => code);
    assert.equal(new Set(codes).size, 5);
    for (const { task, code } of people) {
      const stored = JSON.stringify(await read(task));
      assert.ok(!stored.includes(code) && !stored.includes(code.replaceAll('-', '')));
      const delivered = await journey().storage.records.find('delivery', 'about', `Task/${task.id}`, Date.now(), 5);
      assert.equal(delivered.length, 1);
      assert.ok(!JSON.stringify(delivered).includes(code));
    }
  });

  it('[C01] keeps nothing of a code that was redeemed, superseded or locked', async () => {
    const [redeemed, superseded, locked] = [await invited(), await invited(), await invited()];
    const codes = [redeemed, superseded, locked].map(({ code }) => code);
    const kept = async () => {
      const { records } = journey().storage;
      const now = journey().server.app.parts.clock.now();
      const found = await Promise.all(codes.map(code => records.get('invitation', hashOf(code), now)));
      return found.map(one => one !== undefined);
    };
    assert.deepEqual(await kept(), [true, true, true]);
    assert.equal((await redeem(redeemed.code, redeemed.person.birthDate)).status, 201);
    assert.equal((await invite(superseded.person)).status, 201);
    for (let day = 1; day <= 5; day++) await redeem(locked.code, `1999-01-0${day}`);
    assert.deepEqual(await kept(), [false, false, false]);
  });

  it('[C05] is verified by the birth date on record now, not by the one of the invitation', async () => {
    const { person, code } = await invited();
    const { family, given, birthDate, email } = person;
    const record = {
      ...{ resourceType: 'Patient', name: [{ family, given: [given] }], birthDate },
      telecom: [{ system: 'email', value: email }],
    };
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', record);
    await journey().expect(201, 'demo-ehr', 'POST', `Patient/${body.id}/$invite`);
    const [newest = ''] = (await journey().codes(email)).filter(one => one !== code);
    const corrected = { ...record, id: body.id, birthDate: '1980-02-13' };
    await journey().expect(200, 'demo-ehr', 'PUT', `Patient/${body.id}`, corrected);
    assert.equal((await redeem(newest, birthDate)).status, 422);
    assert.equal((await redeem(newest, '1980-02-13')).status, 201);
  });

  it('[C03] is not consumed by looking', async () => {
    const { code, person } = await invited();
    const query = `Patient/$redeem-invitation?code=${code}&birthDate=${person.birthDate}`;
    for (const method of ['GET', 'HEAD']) assert.equal((await journey().call('', method, query)).status, 405);
    assert.equal((await redeem(code, person.birthDate)).status, 201);
  });

  it('[C23] opens no account that was deactivated meanwhile, nor one for a patient who is', async () => {
    const { code, person } = await invited();
    const { family, given, birthDate, email } = person;
    const facts = { name: [{ family, given: [given] }], birthDate, telecom: [{ system: 'email', value: email }] };
    const account = { resourceType: 'Person', active: false, ...facts };
    const { body: closed } = await journey().expect(201, 'demo-system', 'POST', 'Person', account);
    assert.equal((await redeem(code, birthDate)).status, 410);
    const { body: now } = await journey().expect(200, 'demo-system', 'GET', `Person/${closed.id}`);
    assert.deepEqual([now['active'], now['link']], [false, undefined]);

    const next = await invited();
    const { person: them } = next;
    const patient = {
      ...{ resourceType: 'Patient', active: false, birthDate: them.birthDate },
      name: [{ family: them.family, given: [them.given] }],
      telecom: [{ system: 'email', value: them.email }],
    };
    await journey().expect(201, 'demo-system', 'POST', 'Patient', patient);
    assert.equal((await redeem(next.code, them.birthDate)).status, 410);
  });

  it('[C23] opens no account for a patient whose record was deleted meanwhile', async () => {
    const { family, given, birthDate, email } = stranger();
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', {
      ...{ resourceType: 'Patient', name: [{ family, given: [given] }], birthDate },
      telecom: [{ system: 'email', value: email }],
    });
    await journey().expect(201, 'demo-ehr', 'POST', `Patient/${body.id}/$invite`);
    const [code = ''] = await journey().codes(email);
    await journey().expect(204, 'demo-ehr', 'DELETE', `Patient/${body.id}`);
    assert.equal((await redeem(code, birthDate)).status, 410);
    const { body: found } = await journey().expect(200, 'demo-ehr', 'GET', `Patient?family=${family}`);
    assert.equal(found['total'], 0);
  });

  it('[C23] closes with the account of the person it was for', async () => {
    const { code, person } = await invited();
    const account = asPerson(await redeem(code, person.birthDate));
    const { body } = await journey().expect(200, 'demo-system', 'GET', `Person/${account.id}`);
    await journey().expect(200, 'demo-system', 'PUT', `Person/${account.id}`, { ...body, active: false });
    assert.equal((await invite(person)).status, 409);
  });
}

function refusing(journey: () => Journey): void {
  const { invite } = actionsOf(journey);

  it('[G13] refuses addresses that are more than one plain address', async () => {
    const bad = [
      '"a@evil x"@clinic.example',
      'a@b.example\r\nBcc: c@d.example',
      'a@b.example,c@d.example',
      '<a@b.example>',
      'a@b',
    ];
    for (const email of bad) {
      const answer = await invite({ ...stranger(), email });
      assert.deepEqual([answer.status, issue(answer).code], [400, 'value'], email);
    }
    assert.equal((await invite({ ...stranger(), phone: '+1 555; DROP' })).status, 400);
  });

  it('[PC-2] refuses what it cannot carry out, and changes nothing', async () => {
    const person = stranger();
    const { email: _email, ...unreachable } = person;
    const cases: [Record<string, string | number>, number, string][] = [
      [unreachable, 422, 'required'],
      [{ ...unreachable, phone: '+15555550123', channel: 'email' }, 422, 'business-rule'],
      [{ ...unreachable, phone: '+15555550123', channel: 'both' }, 422, 'business-rule'],
      [{ ...person, channel: 'sms' }, 422, 'business-rule'],
      [{ ...person, channel: 'pigeon' }, 400, 'value'],
      [{ ...person, expiresInDays: 0 }, 400, 'value'],
      [{ ...person, expiresInDays: 1000 }, 400, 'value'],
      [{ ...person, language: 'not a language' }, 400, 'value'],
      [{ ...person, topic: '../../etc' }, 400, 'value'],
      [{ ...person, family: 'A\u0000B' }, 400, 'value'],
      [{ ...person, birthDate: '1980-02-30' }, 400, 'value'],
    ];
    for (const [values, status, code] of cases) {
      const answer = await invite(values);
      assert.deepEqual([answer.status, issue(answer).code], [status, code], JSON.stringify(values));
    }
    const standing = await journey().call('demo-ehr', 'POST', 'Patient/$enrollment-status', parameters(person));
    assert.equal(output(standing, 'status'), 'unknown');
  });

  it('[A01] needs a token for everything but the redemption', async () => {
    const person = parameters(stranger());
    for (const name of ['invite', 'enroll', 'enrollment-status']) {
      const answer = await journey().call('', 'POST', `Patient/$${name}`, person);
      assert.deepEqual([answer.status, issue(answer).code], [401, 'login']);
      assert.equal((await journey().call('demo-patient', 'POST', `Patient/$${name}`, person)).status, 403);
    }
  });
}

describe('invitation', () => {
  eachPortal(journey => {
    redeeming(journey);
    racing(journey);
    keeping(journey);
    refusing(journey);
  });
});
