/** Passkeys of an account: made, named, listed, removed; and never the last way in. */
import assert from 'node:assert/strict';
import { softwareAuthenticator, type Twist } from '../fixtures/software-authenticator.js';
import { eachMembership, PASSWORD, signIn, token, type Portal } from './members.js';
import { addPasskey, enter, holder, isIn, optionsIn, originOf, type Holder } from './passkeys.js';

const SESSION = 'portico-session';

/** The way to remove what the list shows by this name. */
async function remove({ browser }: Pick<Holder, 'browser'>, name: string, current = PASSWORD) {
  const list = await browser.get('/account');
  const [, item = ''] = new RegExp(`${name}.*?href="([^"]*remove-method[^"]*)"`, 's').exec(list.text) ?? [];
  const page = await browser.get(item.replaceAll('&amp;', '&'));
  return browser.send(page, { current }, '/account/remove-method');
}

const stored = async ({ storage, world }: Portal, account: string) =>
  (await storage.records.get('credential', account, world.clock.now()))?.value ?? {};

eachMembership('passkeys of an account', portal => {
  beforeEach(() => portal().world.advance(3_600_000));

  it('[RN-15] [C13] making one needs the password, gives the session a new name, and is told', async () => {
    const dana = await portal().member();
    const browser = portal().visitor();
    const account = await signIn(browser, dana);
    assert.equal((await browser.send(account, { current: 'not the password' }, '/account/passkey')).status, 403);
    const before = browser.cookies.get(SESSION);
    const device = softwareAuthenticator(originOf(portal()));
    assert.match((await addPasskey({ browser, device })).text, /My telephone/);
    assert.notEqual(browser.cookies.get(SESSION), before);
    const subjects = (await portal().mails(dana.email)).map(({ subject }) => subject);
    assert.equal(subjects.filter(subject => subject === 'How you sign in has changed').length, 1);
  });

  it('[RN-15] the authenticator learns a random name of the account, the same each time, and what it has already', async () => {
    const { dana, browser, device } = await holder(portal());
    const asked = await browser.send(await browser.get('/account'), { current: PASSWORD }, '/account/passkey');
    const { user, excludeCredentials = [] } = optionsIn(asked);
    assert.deepEqual(
      excludeCredentials.map(({ id }) => id),
      device.keys.map(({ id }) => id),
    );
    assert.equal(user?.id, device.keys[0]?.userHandle);
    assert.equal(Buffer.from(user?.id ?? '', 'base64url').length, 32);
    assert.equal(user?.name, dana.userName);
    const { patient, account } = dana;
    const known = JSON.stringify(optionsIn(asked));
    for (const fact of [patient, account, dana.email, '1980-02-03']) assert.ok(!known.includes(fact));
    assert.throws(() => device.create(optionsIn(asked)), /known/);
  });

  it('[RN-15] an account has several, each opens it, and one that is removed opens nothing; others are signed out', async () => {
    const { dana, browser, device } = await holder(portal());
    const second = softwareAuthenticator(originOf(portal()));
    await addPasskey({ browser, device: second }, 'Key in the drawer');
    for (const one of [device, second]) assert.equal(isIn(await enter(portal().visitor(), one)), true);
    const other = portal().visitor();
    await enter(other, device);
    const before = browser.cookies.get(SESSION);
    assert.equal((await remove({ browser }, 'My telephone', 'not the password')).status, 403);
    const done = await remove({ browser }, 'My telephone');
    assert.match(done.text, /It is saved/);
    assert.ok(!done.text.includes('My telephone') && done.text.includes('Key in the drawer'));
    assert.notEqual(browser.cookies.get(SESSION), before);
    assert.deepEqual([isIn(await browser.get('/account')), isIn(await other.get('/account'))], [true, false]);
    assert.equal((await enter(portal().visitor(), device)).status, 401);
    assert.equal(isIn(await enter(portal().visitor(), second)), true);
    assert.equal(isIn(await signIn(portal().visitor(), dana)), true);
  });

  it('[RN-15] the last way in is never removed, also by two at once; without password a new sign-in takes its place', async () => {
    const { dana, browser, device } = await holder(portal());
    const second = softwareAuthenticator(originOf(portal()));
    await addPasskey({ browser, device: second }, 'Key in the drawer');
    assert.match((await remove({ browser }, 'Password')).text, /It is saved/);
    assert.equal((await signIn(portal().visitor(), dana)).status, 401);
    // A sign-in of some time ago is no proof any more.
    portal().world.advance(5 * 60_000 + 1);
    assert.equal((await remove({ browser }, 'My telephone')).status, 403);
    const twins = [portal().visitor(), portal().visitor()];
    for (const twin of twins) assert.equal(isIn(await enter(twin, device)), true);
    await Promise.all([
      remove({ browser: twins[0]! }, 'My telephone'),
      remove({ browser: twins[1]! }, 'Key in the drawer'),
    ]);
    const { storage, world } = portal();
    const left = await storage.records.find('sign-in-method', 'account', dana.account, world.clock.now(), 9);
    assert.equal(left.length, 1);
    const last = portal().visitor();
    const name = String(left[0]?.value['name']);
    const holding = name === 'My telephone' ? device : second;
    assert.equal(isIn(await enter(last, holding)), true);
    // No link leads there.
    const page = await last.get(`/account/remove-method?method=${left[0]?.id}`);
    assert.equal((await last.send(page, {}, '/account/remove-method')).status, 409);
    assert.equal(isIn(await enter(last, holding)), true);
  });

  it('[C16] nobody removes the passkey of another account, and no passkey belongs to two', async () => {
    const [one, other] = [await holder(portal()), await holder(portal())];
    const list = await one.browser.get('/account');
    const [, path = ''] = /My telephone.*?href="([^"]*remove-method[^"]*)"/s.exec(list.text) ?? [];
    assert.ok(!(await other.browser.get(path.replaceAll('&amp;', '&'))).text.includes('My telephone ·'));
    const page = await other.browser.get('/account/remove-method?method=password');
    const [, id = ''] = /method=([0-9a-f]{64})/.exec(path) ?? [];
    await other.browser.send(page, { method: id, current: PASSWORD }, '/account/remove-method');
    assert.equal(isIn(await enter(portal().visitor(), one.device)), true);
    const asked = await other.browser.send(
      await other.browser.get('/account'),
      { current: PASSWORD },
      '/account/passkey',
    );
    const { id: taken = '' } = one.device.keys[0] ?? {};
    const answer = softwareAuthenticator(originOf(portal()), () => taken).create(optionsIn(asked));
    assert.equal((await other.browser.send(asked, { answer }, '/account/passkey-answer')).status, 409);
    assert.match((await enter(portal().visitor(), one.device)).text, new RegExp(one.dana.userName));
  });

  it('[C06] [C16] an answer is of its session and its question, once; wrong ones make no passkey', async () => {
    const { browser, device } = await holder(portal());
    const other = await holder(portal());
    const fresh = () => softwareAuthenticator(originOf(portal()));
    const ask = async (at = browser) =>
      at.send(await at.get('/account'), { current: PASSWORD, name: 'Attic' }, '/account/passkey');
    const asked = await ask();
    const theirs = await ask(other.browser);
    const answer = fresh().create(optionsIn(asked));
    const foreign = await other.browser.send(theirs, { answer }, '/account/passkey-answer');
    assert.equal(foreign.status, 422);
    const twists: Twist[] = [
      { origin: 'https://evil.example.org' },
      { rpId: 'evil.example.org' },
      { type: 'webauthn.get' },
      { challenge: Buffer.alloc(32).toString('base64url') },
    ];
    for (const twist of twists) {
      const page = await ask();
      const made = fresh().create(optionsIn(page), twist);
      assert.equal((await browser.send(page, { answer: made }, '/account/passkey-answer')).status, 422);
    }
    for (const text of ['', 'x', '{}', '{"id":"x"}', device.get({ challenge: 'x' })]) {
      const page = await ask();
      assert.equal((await browser.send(page, { answer: text }, '/account/passkey-answer')).status, 422);
    }
    const late = await ask();
    portal().world.advance(5 * 60_000);
    assert.equal(
      (await browser.send(late, { answer: fresh().create(optionsIn(late)) }, '/account/passkey-answer')).status,
      422,
    );
    assert.ok(!(await browser.get('/account')).text.includes('Attic'));
  });

  it('[RN-15] a passkey without a name is called as the browser; names are one line of text', async () => {
    const { dana } = await holder(portal());
    const browser = portal().visitor({ 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' });
    await signIn(browser, dana);
    const add = (name: string) => addPasskey({ browser, device: softwareAuthenticator(originOf(portal())) }, name);
    assert.match((await add('')).text, /Firefox, Windows/);
    assert.match((await add('<b>\u0000two\nlines</b>')).text, /&lt;b&gt; two lines&lt;\/b&gt;/);
  });

  it('[A10] the store holds public keys and random names', async () => {
    const { dana, device } = await holder(portal());
    const { storage, world } = portal();
    const [method] = await storage.records.find('sign-in-method', 'account', dana.account, world.clock.now(), 9);
    assert.equal(method?.value['publicKey'], device.keys[0]?.cose.toString('base64url'));
    assert.match(String((await stored(portal(), dana.account))['userHandle']), /^[\w-]{43}$/);
  });

  it('[H06] what is added and removed is in the audit, without names', async () => {
    const { browser, dana } = await holder(portal());
    const name = `Key ${token()}`;
    await addPasskey({ browser, device: softwareAuthenticator(originOf(portal())) }, name);
    await remove({ browser }, name);
    const { server } = portal();
    const headers = { authorization: `Bearer ${server.token('demo-agent', 'Practitioner/demo-auditor')}` };
    const found = await fetch(`${server.portal}/AuditEvent?subtype=110137&_count=100`, { headers });
    const text = await found.text();
    const events = (JSON.parse(text) as { entry: { resource: { agent: { altId: string }[] } }[] }).entry;
    const own = events.filter(({ resource }) => resource.agent[0]?.altId === dana.account);
    assert.equal(own.length, 3);
    assert.ok(!text.includes(name));
  });
});
