/** A passkey as second factor, after the password. */
import assert from 'node:assert/strict';
import type { Page, PageVisitor } from '../fixtures/page-visitor.js';
import type { SoftwareAuthenticator, Twist } from '../fixtures/software-authenticator.js';
import { codeOf, configure, eachMembership, PASSWORD, signIn, type Portal } from './members.js';
import { holder, isIn, optionsIn, whoIsIn, type Holder } from './passkeys.js';

const CODE = '/sign-in/code';
const SESSION = 'portico-session';

/** A member who asks for a passkey after the password, and the recovery codes. */
async function asking(portal: Portal): Promise<Holder & { readonly recoveryCodes: readonly string[] }> {
  const found = await holder(portal);
  const { browser } = found;
  const form = /action="\/account\/second-factor[^"]*">(?:(?!<\/form>).)*name="factor" value="passkey"/s;
  const account = await browser.get('/account');
  const [chosen = ''] = form.exec(account.text) ?? [];
  assert.notEqual(chosen, '');
  const fields = { factor: 'passkey', current: PASSWORD };
  const done = await browser.send(
    { ...account, text: `<form method="post" ${chosen}></form>` },
    fields,
    '/account/second-factor',
  );
  const codes = [...done.text.matchAll(/<code dir="ltr">([0-9A-Z-]{14})<\/code>/g)].map(([, code = '']) => code);
  await portal.mails(found.dana.email);
  return { ...found, recoveryCodes: codes };
}

async function show(browser: PageVisitor, device: SoftwareAuthenticator, twist?: Twist): Promise<Page> {
  const asked = await browser.get('/second-passkey');
  return browser.send(asked, { answer: device.get(optionsIn(asked), twist) }, '/second-passkey/answer');
}

eachMembership('a passkey as second factor', portal => {
  beforeEach(() => portal().world.advance(3_600_000));

  it('[RN-15] it is asked for after the password where the person has chosen so, and no e-mail is sent', async () => {
    const { dana, device } = await asking(portal());
    const before = (await portal().mails(dana.email)).length;
    const browser = portal().visitor();
    const page = await signIn(browser, dana);
    assert.match(page.text, /One more step.*Use your passkey.*Recovery code/s);
    assert.equal(browser.cookies.has(SESSION), false);
    assert.ok(!page.text.includes('another-code'));
    assert.equal(isIn(await show(browser, device)), true);
    assert.deepEqual(await whoIsIn(portal(), browser), [dana.account, ['pwd', 'pop', 'mfa']]);
    assert.equal((await portal().mails(dana.email)).length, before);
  });

  it('[RN-15] the question names the passkeys of the account; who holds them need not be shown twice', async () => {
    const { dana, device } = await asking(portal());
    const browser = portal().visitor();
    await signIn(browser, dana);
    const options = optionsIn(await browser.get('/second-passkey'));
    assert.deepEqual(
      options.allowCredentials?.map(({ id }) => id),
      device.keys.map(({ id }) => id),
    );
    assert.equal(options.userVerification, 'preferred');
    assert.equal(isIn(await show(browser, device, { isUnverified: true })), true);
  });

  it('[C12] [C06] without the password nothing is asked, and the passkey of somebody else is none', async () => {
    const [dana, other] = [await asking(portal()), await asking(portal())];
    assert.match((await portal().visitor().get('/second-passkey')).text, /name="password"/);
    const browser = portal().visitor();
    await signIn(browser, dana.dana);
    const asked = await browser.get('/second-passkey');
    const answer = other.device.get({ ...optionsIn(asked), allowCredentials: [] });
    assert.equal((await browser.send(asked, { answer }, '/second-passkey/answer')).status, 401);
    assert.equal(browser.cookies.has(SESSION), false);
    assert.equal(isIn(await show(browser, dana.device)), true);
  });

  it('[C06] [A14] an answer is of its sign-in, once; one for a sign-in by passkey alone is none', async () => {
    const { dana, device } = await asking(portal());
    const [first, second] = [portal().visitor(), portal().visitor()];
    for (const one of [first, second]) await signIn(one, dana);
    const [asked, there] = [await first.get('/second-passkey'), await second.get('/second-passkey')];
    const answer = device.get(optionsIn(asked));
    assert.equal((await second.send(there, { answer }, '/second-passkey/answer')).status, 401);
    await first.get('/sign-in');
    const alone = device.get(optionsIn(await first.get('/passkey')));
    const twin = portal().visitor();
    for (const [name, value] of first.cookies) twin.cookies.set(name, value);
    const both = await Promise.all([first, twin].map(one => one.send(asked, { answer }, '/second-passkey/answer')));
    assert.equal(both.filter(isIn).length, 1);
    const third = portal().visitor();
    await signIn(third, dana);
    const late = await third.get('/second-passkey');
    assert.equal((await third.send(late, { answer: alone }, '/second-passkey/answer')).status, 401);
    const last = await third.get('/second-passkey');
    portal().world.advance(5 * 60_000);
    const stale = device.get(optionsIn(last));
    assert.equal((await third.send(last, { answer: stale }, '/second-passkey/answer')).status, 401);
  });

  it('[C21] a recovery code takes its place, once', async () => {
    const { dana, recoveryCodes } = await asking(portal());
    assert.equal(recoveryCodes.length, 8);
    const enter = async (code: string) => {
      const browser = portal().visitor();
      return browser.send(await signIn(browser, dana), { code }, CODE);
    };
    const [first = ''] = recoveryCodes;
    assert.equal(isIn(await enter(first)), true);
    assert.equal((await enter(first)).status, 401);
  });

  it('[RN-15] where a code is asked for, a passkey of the account does as well', async () => {
    const { dana, device } = await holder(portal());
    await configure(portal(), { 'second-factor': { valueCode: 'required' } });
    try {
      const browser = portal().visitor();
      const page = await signIn(browser, dana);
      assert.match(page.text, /We have sent a code.*Use your passkey/s);
      assert.match(codeOf(await portal().mails(dana.email)), /^\d{6}$/);
      assert.equal(isIn(await show(browser, device)), true);
    } finally {
      await configure(portal(), { 'second-factor': { valueCode: 'optional' } });
    }
  });

  it('[RN-15] [C11] a removed passkey is refused; with the last one the second factor becomes a code, not nothing', async () => {
    const { dana, browser, device } = await asking(portal());
    const list = await browser.get('/account');
    const [, path = ''] = /My telephone.*?href="([^"]*remove-method[^"]*)"/s.exec(list.text) ?? [];
    const at = portal().visitor();
    await signIn(at, dana);
    const asked = await at.get('/second-passkey');
    await browser.send(
      await browser.get(path.replaceAll('&amp;', '&')),
      { current: PASSWORD },
      '/account/remove-method',
    );
    const answer = device.get(optionsIn(asked));
    assert.equal((await at.send(asked, { answer }, '/second-passkey/answer')).status, 401);
    assert.match((await signIn(portal().visitor(), dana)).text, /We have sent a code/);
  });

  it('[C11] a copy of it is refused and told here as well', async () => {
    const { dana, device } = await asking(portal());
    const enter = async (twist?: Twist) => {
      const browser = portal().visitor();
      await signIn(browser, dana);
      return show(browser, device, twist);
    };
    assert.equal(isIn(await enter()), true);
    assert.equal((await enter({ counter: 1 })).status, 401);
    const subjects = (await portal().mails(dana.email)).map(({ subject }) => subject);
    assert.equal(subjects.filter(subject => subject === 'One of your passkeys is blocked').length, 1);
    // It is offered no more.
    const browser = portal().visitor();
    assert.ok(!(await signIn(browser, dana)).text.includes('second-passkey'));
  });

  it('[C14] after a new password the passkey is asked for still', async () => {
    const { dana } = await asking(portal());
    const browser = portal().visitor();
    const form = await browser.send(await browser.get('/password-reset'), { name: dana.userName });
    const code = codeOf(await portal().mails(dana.email));
    const password = 'six tall poplars lean';
    await browser.send(form, { code, password, again: password }, '/password-reset/password');
    assert.match((await signIn(browser, { ...dana, password })).text, /Use your passkey/);
  });
});
