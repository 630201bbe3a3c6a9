/** Passkeys in place of user name and password. */
import assert from 'node:assert/strict';
import { softwareAuthenticator, type Twist } from '../fixtures/software-authenticator.js';
import { eachMembership, signIn } from './members.js';
import { enter, holder, isIn, optionsIn, originOf, whoIsIn } from './passkeys.js';

const SESSION = 'portico-session';

eachMembership('sign-in by passkey', portal => {
  beforeEach(() => portal().world.advance(3_600_000));

  it('[RN-15] a passkey alone signs in, and counts as both factors', async () => {
    const { dana, device } = await holder(portal());
    const browser = portal().visitor();
    const page = await enter(browser, device);
    assert.match(page.text, new RegExp(`signed in as .*${dana.userName}`));
    assert.deepEqual(await whoIsIn(portal(), browser), [dana.account, ['pop', 'user', 'mfa']]);
    assert.match((await browser.get('/account')).text, /My telephone.* · used on/s);
  });

  it('[RN-15] [C07] the question names no account and no passkey, and asks who holds it', async () => {
    await holder(portal());
    const browser = portal().visitor();
    await browser.get('/sign-in');
    const options = optionsIn(await browser.get('/passkey'));
    assert.deepEqual([options.allowCredentials, options.userVerification, options.rpId], [[], 'required', 'localhost']);
    assert.equal(Buffer.from(options.challenge, 'base64url').length, 32);
  });

  it('[A14] [C06] an answer is good once, in its own browser, for five minutes, and for the last question', async () => {
    const { device } = await holder(portal());
    const [browser, other] = [portal().visitor(), portal().visitor()];
    const [first, theirs] = [
      await (await browser.get('/sign-in'), browser.get('/passkey')),
      await (await other.get('/sign-in'), other.get('/passkey')),
    ];
    const answer = device.get(optionsIn(first));
    assert.equal((await other.send(theirs, { answer }, '/passkey/answer')).status, 401);
    const twin = portal().visitor();
    for (const [name, value] of browser.cookies) twin.cookies.set(name, value);
    const both = await Promise.all([browser, twin].map(one => one.send(first, { answer }, '/passkey/answer')));
    assert.equal(both.filter(isIn).length, 1);
    assert.equal((await browser.send(first, { answer }, '/passkey/answer')).status, 401);
    const [before, after] = [await browser.get('/passkey'), await browser.get('/passkey')];
    const stale = device.get(optionsIn(before));
    assert.equal((await browser.send(after, { answer: stale }, '/passkey/answer')).status, 401);
    const late = await browser.get('/passkey');
    portal().world.advance(5 * 60_000);
    assert.equal((await browser.send(late, { answer: device.get(optionsIn(late)) }, '/passkey/answer')).status, 401);
  });

  it('[A14] an answer is good once also where nothing is counted', async () => {
    const { device } = await holder(portal());
    const browser = portal().visitor();
    await browser.get('/sign-in');
    const asked = await browser.get('/passkey');
    const answer = device.get(optionsIn(asked), { counter: 0 });
    assert.equal(isIn(await browser.send(asked, { answer }, '/passkey/answer')), true);
    assert.equal((await browser.send(asked, { answer }, '/passkey/answer')).status, 401);
    const wrong = await browser.get('/passkey');
    const right = device.get(optionsIn(wrong), { counter: 0 });
    const forged = device.get(optionsIn(wrong), { counter: 0, signature: Buffer.alloc(70) });
    for (const one of [forged, right])
      assert.equal((await browser.send(wrong, { answer: one }, '/passkey/answer')).status, 401);
  });

  it('[C06] [A06] answers for another site, another host, of another kind or by another hand open nothing', async () => {
    const { device } = await holder(portal());
    const twists: Twist[] = [
      { origin: 'https://evil.example.org' },
      { origin: originOf(portal()).replace('localhost', 'localhost.evil.example.org') },
      { rpId: 'evil.example.org' },
      { type: 'webauthn.create' },
      { challenge: Buffer.alloc(32).toString('base64url') },
      { isUnverified: true },
      { userHandle: Buffer.alloc(32).toString('base64url') },
      { signature: Buffer.alloc(70) },
    ];
    for (const twist of twists) {
      const browser = portal().visitor();
      const page = await enter(browser, device, twist);
      assert.equal(page.status, 401, JSON.stringify(twist));
      assert.match(page.text, /does not open an account here/);
      assert.equal(browser.cookies.has(SESSION), false);
    }
    assert.equal(isIn(await enter(portal().visitor(), device)), true);
  });

  it('[F01] [C07] whatever is no answer is refused like an unknown passkey', async () => {
    const stranger = softwareAuthenticator(originOf(portal()));
    const rp = { id: 'localhost' };
    stranger.create({ challenge: 'x', rp, user: { id: 'eA', name: 'x' } });
    const texts = [
      '',
      'x',
      'null',
      '[]',
      '{}',
      '{"id":{"$ne":null}}',
      '{"id":"__proto__"}',
      '{"id":"x","response":null}',
    ];
    const browser = portal().visitor();
    const pages = [];
    for (const answer of texts) {
      await browser.get('/sign-in');
      pages.push(await browser.send(await browser.get('/passkey'), { answer }, '/passkey/answer'));
    }
    pages.push(await enter(browser, stranger));
    assert.deepEqual([...new Set(pages.map(({ status }) => status))], [401]);
    assert.equal(new Set(pages.map(({ text }) => /role="alert">([^<]*)/.exec(text)?.[1])).size, 1);
  });

  it('[RN-15] [C11] of a passkey whose counter goes back one is a copy: it opens nothing any more, and its person is told', async () => {
    const { dana, browser, device } = await holder(portal());
    assert.equal(isIn(await enter(portal().visitor(), device)), true);
    assert.equal(isIn(await enter(portal().visitor(), device)), true);
    const again = await enter(portal().visitor(), device, { counter: 1 });
    assert.equal(again.status, 401);
    const mails = await portal().mails(dana.email);
    assert.equal(mails.filter(({ subject }) => subject === 'One of your passkeys is blocked').length, 1);
    assert.equal((await enter(portal().visitor(), device)).status, 401);
    assert.match((await browser.get('/account')).text, /blocked, because there may be a copy/);
    // Nor does it count as the other way in.
    const page = await browser.get('/account/remove-method?method=password');
    const refused = await browser.send(page, { current: dana.password }, '/account/remove-method');
    assert.equal(refused.status, 409);
  });

  it('[RN-15] an authenticator that does not count is no copy', async () => {
    const { device } = await holder(portal());
    for (let i = 0; i < 3; i++) assert.equal(isIn(await enter(portal().visitor(), device, { counter: 0 })), true);
  });

  it('[C15] [C24] the session has a new name, and the sign-in leads to known paths alone', async () => {
    const { dana, device } = await holder(portal());
    const browser = portal().visitor();
    await signIn(browser, dana);
    const before = browser.cookies.get(SESSION);
    const asked = await browser.get('/passkey?return=//evil.example.org');
    const page = await browser.send(asked, { answer: device.get(optionsIn(asked)) }, '/passkey/answer');
    assert.equal(isIn(page), true);
    assert.notEqual(browser.cookies.get(SESSION), before);
  });

  it('[C17] no other site sends an answer', async () => {
    const { device } = await holder(portal());
    const browser = portal().visitor();
    await browser.get('/sign-in');
    const asked = await browser.get('/passkey');
    const body = new URLSearchParams({ answer: device.get(optionsIn(asked)) });
    const headers = { origin: 'https://evil.example.org', 'sec-fetch-site': 'cross-site' };
    assert.equal((await browser.request('/passkey/answer', { method: 'POST', body, headers })).status, 403);
  });

  it('[C07] [D03] the passkey of a closed account is an unknown one', async () => {
    const { dana, browser, device } = await holder(portal());
    await browser.send(await browser.get('/account'), { current: dana.password }, '/account/close');
    assert.equal((await enter(portal().visitor(), device)).status, 401);
  });

  it('[C09] [C10] questions from one network are limited, and a good sign-in gives its try back', async () => {
    const { device } = await holder(portal());
    for (let i = 0; i < 45; i++) assert.equal(isIn(await enter(portal().visitor(), device)), true);
    const browser = portal().visitor();
    await browser.get('/sign-in');
    const statuses = [];
    for (let i = 0; i < 45; i++) statuses.push((await browser.get('/passkey')).status);
    assert.ok(statuses.includes(429));
  });
});
