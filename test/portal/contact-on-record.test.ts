/** One truth for contact: what concerns a patient goes to the contact on their record, and nowhere else. */
import assert from 'node:assert/strict';
import type { Patient, Task } from 'fhir/r4.js';
import {
  asPerson,
  asTask,
  eachPortal,
  issue,
  output,
  parameters,
  stranger,
  type Answer,
  type Journey,
} from './journey.js';

const at = (...emails: string[]) => emails.map(value => ({ system: 'email', value }));

function actionsOf(journey: () => Journey) {
  /** A patient on record. */
  async function patient(more: object = {}) {
    const { family, given, birthDate, email } = stranger();
    const content = { name: [{ family, given: [given] }], birthDate, telecom: at(email), active: true };
    const resource = { resourceType: 'Patient', ...content, ...more };
    const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', resource);
    return { path: `Patient/${body.id}`, email, birthDate, resource: body as unknown as Patient };
  }
  const run = (path: string, values?: Record<string, string>): Promise<Answer> =>
    journey().call('demo-ehr', 'POST', path, values && parameters(values));
  const update = async (path: string, to: object) => {
    const { body } = await journey().expect(200, 'demo-ehr', 'GET', path);
    await journey().expect(200, 'demo-ehr', 'PUT', path, { ...body, ...to });
  };
  const subjects = async (to: string) => (await journey().mails(to)).map(({ subject }) => subject);
  const statusOf = async (answer: Answer) => {
    const { id } = output(answer, 'return') as Task;
    return asTask(await journey().expect(200, 'demo-ehr', 'GET', `Task/${id}`)).status;
  };
  const redeem = (code: string, birthDate: string) =>
    journey().call('', 'POST', 'Patient/$redeem-invitation', parameters({ code, birthDate }));
  return { patient, run, update, subjects, statusOf, redeem };
}

const INVITED = 'You are invited to your patient portal';
const DIFFERS = 'Somebody gave another contact for you';
const READY = 'Your patient portal account is ready';

function stating(journey: () => Journey): void {
  const { patient, run, subjects } = actionsOf(journey);
  const other = () => stranger().email;

  it('[PC-2] an address that the caller makes up gets no invitation of a known patient; the one on record is told, and the answer says so', async () => {
    const { path, email } = await patient();
    const wrong = other();
    const answer = await run(`${path}/$invite`, { email: wrong });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual([output(answer, 'contact'), output(answer, 'channel')], ['on-record', 'email']);
    assert.deepEqual(await subjects(wrong), []);
    assert.deepEqual((await subjects(email)).sort(), [DIFFERS, INVITED]);
  });

  it('[PC-4] nor does it get an account; the account is told of at the contact on record', async () => {
    const { path, email } = await patient();
    const wrong = other();
    const answer = await run(`${path}/$enroll`, { email: wrong });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(asPerson(answer).telecom, undefined);
    assert.match(answer.headers.get('warning') ?? '', /^199 - ".*on record was told\."$/);
    assert.deepEqual(await subjects(wrong), []);
    assert.deepEqual((await subjects(email)).sort(), [DIFFERS, READY]);
  });

  it('[PC-2] found by identifier alone it is the same', async () => {
    const value = `m${Date.now()}`;
    const { email, birthDate, resource } = await patient({ identifier: [{ system: 'urn:mrn', value }] });
    const wrong = other();
    const facts = { identifier: `urn:mrn|${value}`, family: resource.name![0]!.family!, birthDate, email: wrong };
    const answer = await run('Patient/$invite', facts);
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(await subjects(wrong), []);
    assert.deepEqual((await subjects(email)).sort(), [DIFFERS, INVITED]);
  });

  it('[PC-2] a second address on record may be chosen, and nobody is warned', async () => {
    const second = other();
    const { path, email } = await patient({ telecom: at(stranger().email, second) });
    const answer = await run(`${path}/$invite`, { email: second.toUpperCase() });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual([await subjects(second), await subjects(email)], [[INVITED], []]);
  });

  it('[PC-2] a patient without a contact on record is refused, whatever the caller states', async () => {
    const { path } = await patient({ telecom: undefined });
    const wrong = other();
    for (const name of ['invite', 'enroll']) {
      const answer = await run(`${path}/$${name}`, { email: wrong });
      assert.deepEqual([answer.status, issue(answer).code], [422, 'business-rule'], answer.text);
    }
    assert.deepEqual(await subjects(wrong), []);
  });

  it('[PC-2] the answer names language and channel that are used: of the record, else as asked, else the default', async () => {
    const arabic = [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'ar' }] }, preferred: true }];
    const known = await patient({ communication: arabic });
    const used = async (path: string, values: Record<string, string>) => {
      const answer = await run(path, values);
      return ['language', 'channel', 'contact'].map(name => output(answer, name));
    };
    assert.deepEqual(await used(`${known.path}/$invite`, { language: 'en' }), ['ar', 'email', 'on-record']);
    assert.deepEqual(await used('Patient/$invite', { ...stranger(), language: 'ar' }), ['ar', 'email', 'as-stated']);
    assert.deepEqual(await used('Patient/$invite', { ...stranger(), language: 'fr' }), ['en', 'email', 'as-stated']);
    assert.deepEqual(await used('Patient/$invite', stranger()), ['en', 'email', 'as-stated']);
  });

  it('[PC-2] says before anything is sent that there is no birth date to verify with', async () => {
    const { path, email } = await patient({ birthDate: undefined });
    const answer = await run(`${path}/$invite`);
    assert.deepEqual([answer.status, issue(answer).code], [422, 'required']);
    assert.deepEqual(await subjects(email), []);
  });
}

function changing(journey: () => Journey): void {
  const { patient, run, update, statusOf, redeem } = actionsOf(journey);

  async function invited(more: object = {}) {
    const known = await patient(more);
    const answer = await run(`${known.path}/$invite`);
    const [code = ''] = await journey().codes(known.email);
    return { ...known, answer, code };
  }

  it('[PC-2] an open invitation ends with the address that it went to, in the same moment', async () => {
    const { path, answer, code, birthDate } = await invited();
    await update(path, { telecom: at(stranger().email) });
    assert.equal(await statusOf(answer), 'cancelled');
    assert.equal((await redeem(code, birthDate)).status, 410);
  });

  it('[PC-2] it stays while its address is on record: another telephone number, a further address, another name', async () => {
    const { path, answer, code, email, birthDate } = await invited();
    await update(path, {
      telecom: [...at(stranger().email, email.toUpperCase()), { system: 'phone', value: '+15555550111' }],
    });
    await update(path, { name: [{ family: 'Married' }] });
    assert.equal(await statusOf(answer), 'requested');
    assert.equal((await redeem(code, birthDate)).status, 201);
  });

  for (const [what, to] of [
    ['dies', { deceasedDateTime: '2026-11-01' }],
    ['is inactivated', { active: false }],
    ['is merged away', { link: [{ other: { reference: 'Patient/demo-ada-fairbanks' }, type: 'replaced-by' }] }],
  ] as const) {
    it(`[PC-2] [C23] a patient who ${what} has no open invitation and no account in use`, async () => {
      const { path, answer } = await invited();
      const other = await patient();
      const account = asPerson(await run(`${other.path}/$enroll`));
      const kept = await patient();
      const survivor = 'link' in to ? { link: [{ ...to.link[0], other: { reference: kept.path } }] } : to;
      if ('link' in to) await journey().expect(201, 'demo-ehr', 'POST', `${kept.path}/$enroll`);
      for (const one of [path, other.path]) await update(one, survivor);
      assert.equal(await statusOf(answer), 'cancelled');
      const { body } = await journey().expect(200, 'demo-ehr', 'GET', `Person/${account.id}`);
      assert.equal(body['active'], false);
      assert.equal((await journey().call(`demo-patient as Person/${account.id}`, 'GET', 'Patient')).status, 401);
    });
  }

  it('[PC-1] the account of a record merged away goes over to the record that is kept', async () => {
    const [gone, kept] = [await patient(), await patient()];
    const account = asPerson(await run(`${gone.path}/$enroll`));
    await update(gone.path, { active: false, link: [{ other: { reference: kept.path }, type: 'replaced-by' }] });
    const found = await journey().expect(200, `demo-patient as Person/${account.id}`, 'GET', 'Patient');
    assert.deepEqual(
      [found.body['total'], found.text.includes(kept.path), found.text.includes(gone.path)],
      [1, true, false],
    );
    const again = await run(`${kept.path}/$enroll`);
    assert.deepEqual([again.status, asPerson(again).id], [200, account.id]);
  });

  it('[PC-2] a birth date known to the year verifies at that precision', async () => {
    const { code } = await invited({ birthDate: '1980' });
    assert.equal((await redeem(code, '1981-02-03')).status, 422);
    assert.equal((await redeem(code, '1980-02-03')).status, 201);
  });
}

describe('contact on record', () => {
  eachPortal(journey => {
    stating(journey);
    changing(journey);
  });
});
