/** Forgotten passwords and user names. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, configure, eachMembership, signIn, token, type Member, type Portal } from './members.js';

const NEW = 'six tall poplars lean';

const askFor = async (browser: PageVisitor, name: string): Promise<Page> =>
  browser.send(await browser.get('/password-reset'), { name });

const choose = (browser: PageVisitor, page: Page, code: string, password = NEW): Promise<Page> =>
  browser.send(page, { code, password, again: password });

/** The text of a page without what is new at each visit. */
const bare = ({ text }: Page): string => text.replace(/(name="(form|request)" )?value="[^"]*"/g, '');

async function askedFor(portal: Portal, name?: (dana: Member) => string) {
  const dana = await portal.member();
  const browser = portal.visitor();
  const page = await askFor(browser, name?.(dana) ?? dana.userName);
  return { dana, browser, page, code: codeOf(await portal.mails(dana.email)) };
}

eachMembership('recovery', portal => {
  // What one network has asked for is forgotten by then.
  beforeEach(() => portal().world.advance(7 * 3600_000));

  for (const [by, name] of [
    ['user name', (dana: Member) => dana.userName.toUpperCase()],
    ['e-mail address', (dana: Member) => ` ${dana.email.toUpperCase()}`],
  ] as const)
    it(`[RN-14] a new password is chosen by a code, asked for by ${by}`, async () => {
      const { dana, browser, page, code } = await askedFor(portal(), name);
      const signedIn = portal().visitor();
      await signIn(signedIn, dana);
      const done = await choose(browser, page, code);
      assert.match(done.text, /Your password is changed/);
      assert.equal((await signIn(portal().visitor(), dana)).status, 401);
      assert.match((await signIn(portal().visitor(), { ...dana, password: NEW })).text, new RegExp(dana.userName));
      assert.match((await signedIn.get('/account')).text, /name="password"/, 'everybody is signed out');
      assert.equal((await portal().mails(dana.email)).at(-1)?.subject, 'Your password was changed');
    });

  it('[C14] the second factor is asked for after a new password', async () => {
    await configure(portal(), { 'second-factor': { valueCode: 'required' } });
    const { dana, browser, page, code } = await askedFor(portal());
    await choose(browser, page, code);
    assert.match((await signIn(browser, { ...dana, password: NEW })).text, /One more step/);
    await configure(portal(), { 'second-factor': { valueCode: 'optional' } });
  });

  it('[C07] known and unknown names and addresses are one answer, with the same traces', async () => {
    const closed = await portal().member();
    const person = await portal().fhir('demo-system', 'GET', closed.account);
    await portal().fhir('demo-system', 'PUT', closed.account, { ...person, active: false });
    const dana = await portal().member();
    const names = [
      dana.userName,
      dana.email,
      `no-${token()}`,
      `${token()}@example.org`,
      closed.userName,
      '^(a+)+$',
      '{"$regex":"."}',
    ];
    const pages = [];
    for (const name of names) {
      const browser = portal().visitor();
      const page = await askFor(browser, name);
      pages.push(page);
      await portal().mails(dana.email);
      const wrong = await choose(browser, page, '000000');
      assert.equal(wrong.status, 422);
      assert.match(wrong.text, /The code is wrong/);
    }
    assert.equal(new Set(pages.map(bare)).size, 1);
    assert.deepEqual([...new Set(pages.map(({ status }) => status))], [200]);
    assert.ok(!(await portal().mails(closed.email)).some(({ subject }) => subject.includes('code')));
  });

  it('[C04] [C06] five wrong codes end it; it is good in its own browser, once', async () => {
    const { browser, page, code } = await askedFor(portal());
    const other = portal().visitor();
    const theirs = await askFor(other, 'nobody-else');
    assert.equal((await choose(other, theirs, code)).status, 422);
    const first = await choose(browser, page, code);
    assert.match(first.text, /Your password is changed/);
    assert.equal((await choose(browser, page, code)).status, 422);
    const second = await askedFor(portal());
    for (let i = 0; i < 5; i++) await choose(second.browser, second.page, 'x');
    assert.equal((await choose(second.browser, second.page, second.code)).status, 422);
  });

  it('[RN-14] [RN-24] an account that nobody has used for long needs a new password first', async () => {
    await configure(portal(), { 'dormant-days': { valueInteger: 30 } });
    const dana = await portal().member();
    const { world } = portal();
    world.advance(30 * 24 * 3600_000 - 60_000);
    assert.equal((await signIn(portal().visitor(), dana)).status, 200);
    world.advance(30 * 24 * 3600_000);
    const late = await signIn(portal().visitor(), dana);
    assert.equal(late.status, 403);
    assert.match(late.text, /for a long time/);
    assert.equal((await signIn(portal().visitor(), { ...dana, password: 'some other password' })).status, 401);
    const browser = portal().visitor();
    const page = await askFor(browser, dana.userName);
    await choose(browser, page, codeOf(await portal().mails(dana.email)));
    assert.equal((await signIn(portal().visitor(), { ...dana, password: NEW })).status, 200);
    await configure(portal(), { 'dormant-days': { valueInteger: 0 } });
  });

  it('[C19] a weak password, or that of the user name, does not use the code up', async () => {
    const { dana, browser, page, code } = await askedFor(portal());
    for (const weak of ['password1234', `${dana.userName} 2026`]) {
      const refused = await choose(browser, page, code, weak);
      assert.equal(refused.status, 422);
      assert.match(refused.text, /easily guessed/);
    }
    assert.match((await choose(browser, page, code)).text, /Your password is changed/);
  });

  it('[C09] a few e-mails go to one account, and the next waits, the same for a name that nobody has', async () => {
    const dana = await portal().member();
    for (const name of [dana.userName, `no-${token()}`]) {
      for (let i = 0; i < 3; i++) assert.equal((await askFor(portal().visitor(), name)).status, 200);
      const waits = await askFor(portal().visitor(), name);
      assert.equal(waits.status, 429);
      assert.ok(Number(waits.headers.get('retry-after')) > 3000);
    }
    assert.equal((await portal().mails(dana.email)).filter(({ subject }) => subject.includes('code')).length, 3);
    assert.match((await signIn(portal().visitor(), dana)).text, new RegExp(dana.userName));
  });

  it('[C09] [C10] many names from one network wait, whatever a stranger says of whom it forwards for', async () => {
    const statuses = [];
    for (let i = 0; i < 22; i++) {
      const forwarded = { 'x-forwarded-for': `198.51.100.${i}`, forwarded: `for=198.51.100.${i}` };
      statuses.push((await askFor(portal().visitor(forwarded), `name-${i}-${token()}`)).status);
    }
    assert.deepEqual(statuses, [...Array.from({ length: 20 }, () => 200), 429, 429]);
  });

  it('[RN-14] user names go to the address that they belong to, all of a household', async () => {
    const [dana, noor] = [await portal().member(), await portal().member()];
    const patient = await portal().fhir('demo-system', 'GET', noor.patient);
    await portal().fhir('demo-system', 'PUT', noor.patient, {
      ...patient,
      telecom: [{ system: 'email', value: dana.email }],
    });
    const browser = portal().visitor();
    await browser.send(await browser.get('/user-name'), { email: dana.email });
    const mail = (await portal().mails(dana.email)).at(-1);
    for (const { userName } of [dana, noor]) assert.ok(mail?.text.includes(userName), mail?.text);
    const before = (await portal().mails(dana.email)).length;
    await askFor(portal().visitor(), dana.email);
    const household = (await portal().mails(dana.email)).slice(before);
    assert.deepEqual(
      household.map(({ subject }) => subject),
      ['Your user name'],
    );
  });

  it('[PC-4] an account without credentials is sent its way in', async () => {
    const { fhir, mails, visitor } = portal();
    const email = `${token()}@example.org`;
    const person = { family: `F${token()}`, birthDate: '1980-02-03', email };
    const parameter = Object.entries(person).map(([name, value]) =>
      name === 'birthDate' ? { name, valueDate: value } : { name, valueString: value },
    );
    await fhir('demo-ehr', 'POST', 'Patient/$enroll', { resourceType: 'Parameters', parameter });
    await mails(email);
    await askFor(visitor(), email);
    const [, code = ''] = /activation#([0-9A-Z-]+)/.exec((await mails(email)).at(-1)?.text ?? '') ?? [];
    const browser = visitor();
    const page = await browser.send(await browser.get('/activation'), { code, birthDate: person.birthDate });
    const done = await browser.send(page, { userName: `u-${token()}`, password: NEW, again: NEW });
    assert.match(done.text, /Your account is ready/);
  });
});
