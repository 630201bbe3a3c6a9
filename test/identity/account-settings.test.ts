/** What people change about their own accounts. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, configure, eachMembership, PASSWORD, signIn, token, type Member, type Portal } from './members.js';

const NEW = 'six tall poplars lean';
const SESSION = 'portico-session';

async function signedIn(portal: Portal): Promise<{ dana: Member; browser: PageVisitor; page: Page }> {
  const dana = await portal.member();
  const browser = portal.visitor({ 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' });
  return { dana, browser, page: await signIn(browser, dana) };
}

const isSignedIn = async (browser: PageVisitor): Promise<boolean> => {
  const { text } = await browser.get('/account');
  return text.includes('You are signed in');
};

function password(portal: () => Portal): void {
  it('[RN-14] [C15] a new password signs everybody else out, and this browser gets a new session', async () => {
    const { dana, browser, page } = await signedIn(portal());
    const other = portal().visitor();
    await signIn(other, dana);
    const before = browser.cookies.get(SESSION);
    await browser.send(page, { password: NEW, again: NEW, current: PASSWORD }, '/account/password');
    assert.notEqual(browser.cookies.get(SESSION), before);
    assert.deepEqual([await isSignedIn(browser), await isSignedIn(other)], [true, false]);
    assert.equal((await signIn(portal().visitor(), dana)).status, 401);
    assert.equal((await signIn(portal().visitor(), { ...dana, password: NEW })).status, 200);
    assert.equal((await portal().mails(dana.email)).at(-1)?.subject, 'Your password was changed');
  });

  it('[C13] every change that matters needs the password once more, and a wrong one counts', async () => {
    const { dana, browser, page } = await signedIn(portal());
    const changes: [string, Record<string, string>][] = [
      ['/account/password', { password: NEW, again: NEW }],
      ['/account/address', { address: 'elsewhere@example.org' }],
      ['/account/second-factor', {}],
      ['/account/close', {}],
    ];
    const before = (await portal().mails(dana.email)).length;
    for (const [action, fields] of changes) {
      const refused = await browser.send(page, { ...fields, current: 'not the password' }, action);
      assert.equal(refused.status, 403);
    }
    await browser.send(page, { current: 'not the password' }, '/account/close');
    assert.equal((await browser.send(page, { current: PASSWORD }, '/account/close')).status, 429);
    assert.equal((await portal().mails(dana.email)).length, before);
    assert.equal(await isSignedIn(browser), true);
  });

  it('[C19] a weak password is refused, and nothing ends', async () => {
    const { browser, page } = await signedIn(portal());
    const weak = { password: 'password1234', again: 'password1234', current: PASSWORD };
    const refused = await browser.send(page, weak, '/account/password');
    assert.deepEqual([refused.status, await isSignedIn(browser)], [422, true]);
  });
}

function sessions(portal: () => Portal): void {
  it('[RN-14] [C18] sessions are listed, with the browser’s kind alone, and ended one by one or all', async () => {
    const { dana, browser } = await signedIn(portal());
    const [second, third] = [
      portal().visitor({ 'user-agent': 'x iPhone Safari/605.no-page-shows-this' }),
      portal().visitor(),
    ];
    await signIn(second, dana);
    const listed = await browser.get('/account');
    for (const name of ['Firefox, Windows', 'Safari, iPhone', 'this browser'])
      assert.ok(listed.text.includes(name), name);
    assert.ok(!listed.text.includes('no-page-shows-this'));
    await browser.send(listed, {}, '/account/end-session');
    assert.deepEqual([await isSignedIn(browser), await isSignedIn(second)], [true, false]);
    await signIn(third, dana);
    await browser.send(await browser.get('/account'), {}, '/account/sign-out-everywhere');
    assert.deepEqual([await isSignedIn(browser), await isSignedIn(third)], [false, false]);
  });

  it('[C17] nobody ends the session of another account, nor by a form of another site', async () => {
    const [dana, noor] = [await signedIn(portal()), await signedIn(portal())];
    const { sessions } = portal().server.app.identity;
    const [theirs] = await sessions.list(noor.dana.account, { headers: {} });
    const second = portal().visitor();
    await signIn(second, dana.dana);
    const page = await dana.browser.get('/account');
    await dana.browser.send(page, { session: theirs?.id ?? '' }, '/account/end-session');
    assert.deepEqual([await isSignedIn(noor.browser), await isSignedIn(second)], [true, true]);
    const forged = await dana.browser.request('/account/sign-out-everywhere', {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: new URLSearchParams({ form: 'x' }),
    });
    assert.deepEqual([forged.status, await isSignedIn(dana.browser)], [403, true]);
  });
}

function address(portal: () => Portal): void {
  it('[RN-14] [C13] a new address is proved by a code there, the old one is told, and codes go to the new one', async () => {
    const { dana, browser, page } = await signedIn(portal());
    const next = `new-${token()}@example.org`;
    const asked = await browser.send(page, { address: next.toUpperCase(), current: PASSWORD }, '/account/address');
    const code = codeOf(await portal().mails(next));
    assert.equal((await browser.send(asked, { code: '1' })).status, 422);
    assert.deepEqual((await portal().fhir('demo-system', 'GET', dana.account))['telecom'], undefined);
    const done = await browser.send(asked, { code });
    assert.ok(done.text.includes(next));
    assert.equal((await portal().mails(dana.email)).at(-1)?.subject, 'Another address for your account');
    const person = await portal().fhir('demo-system', 'GET', dana.account);
    assert.deepEqual(person['telecom'], [{ system: 'email', value: next }]);
    const lost = portal().visitor();
    await lost.send(await lost.get('/password-reset'), { name: dana.userName });
    assert.equal((await portal().mails(next)).at(-1)?.subject, 'Your code for a new password');
  });

  it('[C06] a code for an address serves the account that asked for it alone', async () => {
    const [dana, noor] = [await signedIn(portal()), await signedIn(portal())];
    const next = `new-${token()}@example.org`;
    const asked = await dana.browser.send(dana.page, { address: next, current: PASSWORD }, '/account/address');
    const code = codeOf(await portal().mails(next));
    const [, request = ''] = /name="request" value="([^"]*)"/.exec(asked.text) ?? [];
    const theirs = await noor.browser.send(noor.page, { address: `x${next}`, current: PASSWORD }, '/account/address');
    assert.equal((await noor.browser.send(theirs, { code, request })).status, 422);
  });
}

function factorAndEnd(portal: () => Portal): void {
  it('[RN-15] people choose a code as second step where the organization lets them', async () => {
    const { dana, browser, page } = await signedIn(portal());
    const on = await browser.send(page, { current: PASSWORD }, '/account/second-factor');
    assert.match(on.text, /you are asked for a code/);
    assert.match((await signIn(portal().visitor(), dana)).text, /One more step/);
    const off = await browser.send(on, { current: PASSWORD }, '/account/second-factor');
    assert.match(off.text, /The password is enough/);
    assert.match((await signIn(portal().visitor(), dana)).text, new RegExp(dana.userName));
    for (const rule of ['off', 'required']) {
      await configure(portal(), { 'second-factor': { valueCode: rule } });
      assert.ok(!(await browser.get('/account')).text.includes('/account/second-factor'));
    }
    await configure(portal(), { 'second-factor': { valueCode: 'optional' } });
  });

  it('[C23] a member closes the account: nobody signs in to it, and its person is told', async () => {
    const { dana, browser, page } = await signedIn(portal());
    const other = portal().visitor();
    await signIn(other, dana);
    assert.match((await browser.send(page, { current: PASSWORD }, '/account/close')).text, /Your account is closed/);
    assert.deepEqual([await isSignedIn(browser), await isSignedIn(other)], [false, false]);
    assert.equal((await signIn(portal().visitor(), dana)).status, 401);
    assert.equal((await portal().fhir('demo-system', 'GET', dana.account))['active'], false);
    assert.equal((await portal().mails(dana.email)).at(-1)?.subject, 'Your account is closed');
    const status = await portal().fhir('demo-ehr', 'POST', `${dana.patient}/$enrollment-status`);
    assert.match(JSON.stringify(status), /"inactive"/);
  });
}

eachMembership('account settings', portal => {
  for (const tests of [password, sessions, address, factorAndEnd]) tests(portal);
});
