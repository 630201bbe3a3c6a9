/** The second factor of a sign-in: a code that is sent. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import { codeOf, configure, eachMembership, signIn, type Member, type Portal } from './members.js';

const SESSION = 'portico-session';
const CODE = '/sign-in/code';

const required = (portal: Portal) => configure(portal, { 'second-factor': { valueCode: 'required' } });

/** Somebody whose password was right. */
async function halfway(portal: Portal): Promise<{ dana: Member; browser: PageVisitor; page: Page; code: string }> {
  const dana = await portal.member();
  const browser = portal.visitor();
  const page = await signIn(browser, dana);
  return { dana, browser, page, code: codeOf(await portal.mails(dana.email)) };
}

const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

eachMembership('the second factor', portal => {
  before(() => required(portal()));

  it('[RN-15] [C12] [C15] after the password a code comes by e-mail, and only with it somebody is signed in', async () => {
    const { dana, browser, page, code } = await halfway(portal());
    assert.match(code, /^\d{6}$/);
    assert.match(page.text, /One more step/);
    assert.ok(!page.text.includes(code));
    assert.equal(browser.cookies.has(SESSION), false);
    assert.match((await browser.get('/account')).text, /name="password"/);
    const account = await browser.send(page, { code: `${code.slice(0, 3)} ${code.slice(3)}` }, CODE);
    assert.match(account.text, new RegExp(dana.userName));
    assert.equal(browser.cookies.has('portico-pending'), false);
    const [mail] = (await portal().mails(dana.email)).slice(-1);
    assert.equal(mail?.subject, 'Your code to sign in');
  });

  it('[RN-15] a code is good once, in its own browser, and for six minutes', async () => {
    const { dana, browser, page, code } = await halfway(portal());
    const elsewhere = portal().visitor();
    const there = await signIn(elsewhere, dana);
    assert.equal((await elsewhere.send(there, { code }, CODE)).status, 401);
    const twin = portal().visitor();
    for (const [name, value] of browser.cookies) twin.cookies.set(name, value);
    const both = await Promise.all([browser, twin].map(one => one.send(page, { code }, CODE)));
    assert.equal(both.filter(({ text }) => text.includes('Your account')).length, 1);
    const late = await halfway(portal());
    portal().world.advance(6 * 60_000);
    assert.equal((await late.browser.send(late.page, { code: late.code }, CODE)).status, 401);
  });

  it('[RN-15] [C04] a code is good until its six minutes are over, and not once another has been sent', async () => {
    const last = await halfway(portal());
    portal().world.advance(6 * 60_000 - 20_000);
    assert.match((await last.browser.send(last.page, { code: last.code }, CODE)).text, /Your account/);
    const { dana, browser, page, code } = await halfway(portal());
    portal().world.advance(1000);
    const again = await browser.send(page, {}, '/sign-in/another-code');
    const next = codeOf(await portal().mails(dana.email));
    assert.equal((await browser.send(again, { code }, CODE)).status, next === code ? 200 : 401);
    assert.match((await browser.send(again, { code: next }, CODE)).text, /Your account/);
  });

  it('[RN-15] [C15] two sign-ins of one account at once, in two browsers, both get in', async () => {
    const dana = await portal().member();
    const browsers = [portal().visitor(), portal().visitor()];
    await configure(portal(), { 'second-factor': { valueCode: 'off' } });
    const pages = await Promise.all(browsers.map(browser => signIn(browser, dana)));
    await required(portal());
    assert.deepEqual(
      pages.map(({ text }) => text.includes('Your account')),
      [true, true],
    );
  });

  it('[C12] nobody is asked for a code whose sign-in is not under way', async () => {
    const page = await portal().visitor().get(CODE);
    assert.match(page.text, /name="password"/);
  });

  it('[C04] [R17] the fifth wrong code ends it, however many come at once; another one may be sent', async () => {
    const { dana, browser, page, code } = await halfway(portal());
    const wrong = await Promise.all(Array.from({ length: 5 }, () => browser.send(page, { code: other(code) }, CODE)));
    assert.deepEqual([...new Set(wrong.map(({ status }) => status))], [401]);
    portal().world.advance(31_000);
    assert.equal((await browser.send(page, { code }, CODE)).status, 401);
    const again = await browser.send(page, {}, '/sign-in/another-code');
    assert.equal(again.status, 200);
    const next = codeOf(await portal().mails(dana.email));
    assert.notEqual(next, code);
    portal().world.advance(61_000);
    assert.match((await browser.send(again, { code: next }, CODE)).text, new RegExp(dana.userName));
  });

  it('[C11] wrong codes make the next one wait, whichever sign-in they are for', async () => {
    const { dana, browser, page, code } = await halfway(portal());
    for (let i = 0; i < 3; i++) await browser.send(page, { code: other(code) }, CODE);
    const third = portal().visitor();
    const last = await signIn(third, dana);
    for (let i = 0; i < 2; i++) assert.equal((await third.send(last, { code: 'x' }, CODE)).status, 401);
    const waits = await third.send(last, { code: 'x' }, CODE);
    assert.equal(waits.status, 429);
    portal().world.advance(Number(waits.headers.get('retry-after')) * 1000);
    const good = codeOf(await portal().mails(dana.email));
    assert.match((await third.send(last, { code: good }, CODE)).text, new RegExp(dana.userName));
  });

  it('[RN-15] codes are sent a few times, and then later', async () => {
    const { dana, browser, page } = await halfway(portal());
    for (let i = 0; i < 4; i++) assert.equal((await browser.send(page, {}, '/sign-in/another-code')).status, 200);
    const waits = await browser.send(page, {}, '/sign-in/another-code');
    assert.equal(waits.status, 429);
    assert.ok(Number(waits.headers.get('retry-after')) > 0);
    assert.equal((await portal().mails(dana.email)).filter(({ subject }) => subject.includes('code')).length, 5);
  });

  it('[A10] [C06] the store holds no code, and the code of a sign-in chooses no password', async () => {
    const { browser, code, page } = await halfway(portal());
    const { storage, world } = portal();
    const queued = await storage.records.due('outbox', world.clock.now() + 1e9, 100);
    assert.equal(queued.length, 0);
    const reset = await browser.get('/password-reset');
    const form = await browser.send(reset, { name: 'nobody' });
    const next = { password: 'six tall poplars lean', again: 'six tall poplars lean' };
    const secret = browser.cookies.get('portico-pending') ?? '';
    for (const request of [{}, { request: secret }])
      assert.equal((await browser.send(form, { code, ...next, ...request })).status, 422);
    assert.match((await browser.send(page, { code }, CODE)).text, /Your account/);
  });

  it('[RN-15] [RN-24] whether there is one is a setting, in force with the next sign-in', async () => {
    const dana = await portal().member();
    await configure(portal(), { 'second-factor': { valueCode: 'off' } });
    assert.match((await signIn(portal().visitor(), dana)).text, new RegExp(dana.userName));
    await required(portal());
    assert.match((await signIn(portal().visitor(), dana)).text, /One more step/);
  });
});
