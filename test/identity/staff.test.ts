/** Staff sign in with an enabled Workbench account, and always with a second factor. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, configure, eachMembership, PASSWORD, signIn, token, type Portal } from './members.js';

const ROLE = 'https://portico.health/fhir/CodeSystem/role';

interface Staff {
  readonly account: string;
  readonly role: Record<string, unknown>;
  readonly email: string;
  readonly userName: string;
}

async function practitioner({ fhir }: Portal, code = 'workbench-user', birthDate?: string): Promise<Staff> {
  const unique = token();
  const email = `${unique}@clinic.example.org`;
  const made = await fhir('demo-system', 'POST', 'Practitioner', {
    ...{ resourceType: 'Practitioner', active: true, name: [{ family: `Staff${unique}` }] },
    telecom: [{ system: 'email', value: email }],
    ...(birthDate === undefined ? {} : { birthDate }),
  });
  const account = `Practitioner/${String(made['id'])}`;
  const role = await fhir('demo-system', 'POST', 'PractitionerRole', {
    ...{ resourceType: 'PractitionerRole', active: true, practitioner: { reference: account } },
    code: [{ coding: [{ system: ROLE, code }] }],
  });
  return { account, role, email, userName: `staff-${unique}` };
}

/** Asks for a way in; resolves with the code of the activation, if one came. */
async function wayIn(portal: Portal, { email }: Staff): Promise<string> {
  const browser = portal.visitor();
  await browser.send(await browser.get('/password-reset'), { name: email });
  return /activation#([0-9A-Z-]+)/.exec((await portal.mails(email)).at(-1)?.text ?? '')?.[1] ?? '';
}

async function activate(browser: PageVisitor, code: string, userName: string, birthDate = '1970-01-01'): Promise<Page> {
  const page = await browser.send(await browser.get('/activation'), { code, birthDate });
  return page.status === 200 ? browser.send(page, { userName, password: PASSWORD, again: PASSWORD }) : page;
}

eachMembership('staff sign-in', portal => {
  beforeEach(() => portal().world.advance(7 * 3600_000));

  it('[RN-15] [MSG-6] a Workbench user gets in by the address on record, and a code is asked for whatever the setting', async () => {
    const nurse = await practitioner(portal());
    const browser = portal().visitor();
    assert.match((await activate(browser, await wayIn(portal(), nurse), nurse.userName)).text, /Your account is ready/);
    await configure(portal(), { 'second-factor': { valueCode: 'off' } });
    const page = await signIn(browser, { ...nurse, password: PASSWORD });
    assert.match(page.text, /One more step/);
    const account = await browser.send(page, { code: codeOf(await portal().mails(nurse.email)) }, '/sign-in/code');
    assert.match(account.text, new RegExp(nurse.userName));
    assert.ok(!account.text.includes('/account/close') && !account.text.includes('/account/second-factor'));
    await configure(portal(), { 'second-factor': { valueCode: 'optional' } });
    const { sessions } = portal().server.app.identity;
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const who = await sessions.current({ headers: { cookie } });
    assert.deepEqual([who?.account, who?.fhirUser, who?.amr], [nurse.account, nurse.account, ['pwd', 'otp', 'mfa']]);
  });

  it('[D03] the session and the sign-in end with the role', async () => {
    const nurse = await practitioner(portal());
    const browser = portal().visitor();
    await activate(browser, await wayIn(portal(), nurse), nurse.userName);
    const page = await signIn(browser, { ...nurse, password: PASSWORD });
    await browser.send(page, { code: codeOf(await portal().mails(nurse.email)) }, '/sign-in/code');
    assert.match((await browser.get('/account')).text, new RegExp(nurse.userName));
    await portal().fhir('demo-system', 'PUT', `PractitionerRole/${String(nurse.role['id'])}`, {
      ...nurse.role,
      active: false,
    });
    assert.match((await browser.get('/account')).text, /name="password"/);
    assert.equal((await signIn(portal().visitor(), { ...nurse, password: PASSWORD })).status, 401);
  });

  it('[MSG-6] staff without the role, and those who have left, get no way in', async () => {
    const clinician = await practitioner(portal(), 'clinician');
    const gone = await practitioner(portal());
    await portal().fhir('demo-system', 'PUT', `PractitionerRole/${String(gone.role['id'])}`, {
      ...gone.role,
      active: false,
    });
    for (const one of [clinician, gone]) assert.equal(await wayIn(portal(), one), '');
  });

  it('[C05] a birth date on record is asked of staff as well', async () => {
    const nurse = await practitioner(portal(), 'workbench-user', '1975-05-05');
    const code = await wayIn(portal(), nurse);
    assert.equal((await activate(portal().visitor(), code, nurse.userName)).status, 422);
    assert.match(
      (await activate(portal().visitor(), code, nurse.userName, '1975-05-05')).text,
      /Your account is ready/,
    );
  });
});
