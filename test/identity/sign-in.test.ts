/** Sign-in by user name and password, and the session that it opens. */
import assert from 'node:assert/strict';
import { eachMembership, PASSWORD, signIn, type Portal } from './members.js';

const current = (portal: Portal, visitor: { cookies: Map<string, string> }) =>
  portal.server.app.identity.sessions.current({
    headers: { cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  });

const SESSION = 'portico-session';

eachMembership('sign-in', portal => {
  it('[RN-14] a member signs in by user name and password, and is known to be the patient', async () => {
    const { visitor, member } = portal();
    const dana = await member();
    const browser = visitor();
    const page = await signIn(browser, { ...dana, userName: ` ${dana.userName.toUpperCase()} ` });
    assert.equal(page.status, 200);
    assert.match(page.text, new RegExp(dana.userName));
    const signedIn = await current(portal(), browser);
    assert.deepEqual([signedIn?.account, signedIn?.fhirUser, signedIn?.amr], [dana.account, dana.patient, ['pwd']]);
  });

  it('[C07] [C08] unknown name, wrong password and closed account are one answer', async () => {
    const { visitor, member, fhir } = portal();
    const [dana, closed] = [await member(), await member()];
    const person = await fhir('demo-system', 'GET', closed.account);
    await fhir('demo-system', 'PUT', closed.account, { ...person, active: false });
    const answers = await Promise.all(
      [
        { userName: dana.userName, password: 'some other password' },
        { userName: `x${dana.userName}`, password: PASSWORD },
        closed,
        { userName: '^(a+)+$', password: PASSWORD },
        { userName: '{"$regex":"."}', password: PASSWORD },
      ].map(given => signIn(visitor(), given)),
    );
    const [first] = answers.map(({ text }) => text.replace(/value="[^"]*"/g, ''));
    for (const { status, text, cookies } of answers) {
      assert.equal(status, 401);
      assert.equal(text.replace(/value="[^"]*"/g, ''), first);
      assert.deepEqual(cookies, []);
    }
  });

  it('[C15] the session has a new name at each sign-in, and its cookie is closed to scripts and other sites', async () => {
    const { visitor, member } = portal();
    const dana = await member();
    const browser = visitor();
    const names = [];
    for (let i = 0; i < 2; i++) {
      await signIn(browser, dana);
      names.push(browser.cookies.get(SESSION));
    }
    assert.equal(new Set(names).size, 2);
    const old = { cookies: new Map([[SESSION, names[0] ?? '']]) };
    assert.equal(await current(portal(), old), undefined);
    const page = await browser.request('/sign-in', { headers: { cookie: '' } });
    for (const cookie of page.cookies) assert.match(cookie, /Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('[C18] the session ends after idle and absolute time, and when it is closed', async () => {
    const { visitor, member, world } = portal();
    const dana = await member();
    const browser = visitor();
    await signIn(browser, dana);
    for (let i = 0; i < 3; i++) {
      world.advance(14 * 60_000);
      assert.ok(await current(portal(), browser), 'use keeps it');
    }
    world.advance(15 * 60_000 + 1000);
    assert.equal(await current(portal(), browser), undefined);
    await signIn(browser, dana);
    for (let hour = 0; hour < 12 * 5 - 1; hour++) {
      world.advance(12 * 60_000);
      assert.ok(await current(portal(), browser));
    }
    world.advance(12 * 60_000 + 1000);
    assert.equal(await current(portal(), browser), undefined);
    const page = await signIn(browser, dana);
    const secret = browser.cookies.get(SESSION) ?? '';
    await browser.send(page, {}, '/sign-out');
    assert.equal(await current(portal(), { cookies: new Map([[SESSION, secret]]) }), undefined);
  });

  it('[C18] a sixth browser ends the session that was used least recently', async () => {
    const { visitor, member, world } = portal();
    const dana = await member();
    const browsers = Array.from({ length: 6 }, () => visitor());
    for (const browser of browsers) {
      await signIn(browser, dana);
      world.advance(1000);
    }
    const open = await Promise.all(browsers.map(browser => current(portal(), browser)));
    assert.deepEqual(
      open.map(one => one !== undefined),
      [false, true, true, true, true, true],
    );
  });

  it('[C18] a session is ended though it is used at the same moment, and use does not make it anew', async () => {
    const { visitor, member, server, storage } = portal();
    const dana = await member();
    const browser = visitor();
    await signIn(browser, dana);
    const ending = await server.app.identity.sessions.ending(dana.account);
    assert.ok(await current(portal(), browser));
    await storage.store.commit({ documents: ending });
    const used = await Promise.all([current(portal(), browser), current(portal(), browser)]);
    assert.deepEqual(used, [undefined, undefined]);
  });

  it('[D03] an account that is closed has no session from the next request on', async () => {
    const { visitor, member, fhir } = portal();
    const dana = await member();
    const browser = visitor();
    await signIn(browser, dana);
    const person = await fhir('demo-system', 'GET', dana.account);
    await fhir('demo-system', 'PUT', dana.account, { ...person, active: false });
    assert.equal(await current(portal(), browser), undefined);
    assert.match((await browser.get('/account')).text, /name="password"/);
  });

  it('[C17] a form of another site, without its token, or in another browser changes nothing', async () => {
    const { visitor, member } = portal();
    const dana = await member();
    const browser = visitor();
    const page = await browser.get('/sign-in');
    const [, form = ''] = /name="form" value="([^"]*)"/.exec(page.text) ?? [];
    const fields = new URLSearchParams({ form, userName: dana.userName, password: PASSWORD });
    const post = (headers: Record<string, string>, body: string | URLSearchParams = fields) =>
      browser.request('/sign-in', { method: 'POST', headers, body });
    const refused = [
      await post({ origin: 'https://evil.example' }),
      await post({ origin: 'null' }),
      await post({ 'sec-fetch-site': 'cross-site' }),
      await post({ 'sec-fetch-site': 'same-site' }),
      await post({ cookie: 'portico-browser=other' }),
      await post({}, new URLSearchParams({ userName: dana.userName, password: PASSWORD })),
      await post({ 'content-type': 'text/plain' }, JSON.stringify({ form, ...dana })),
    ];
    assert.deepEqual([...new Set(refused.map(({ status }) => status))], [403]);
    assert.equal(browser.cookies.has(SESSION), false);
    assert.equal((await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).status, 303);
  });

  it('[C24] the form of a sign-in leads beyond this server where it leads to an interaction, and nowhere else', async () => {
    const policyOf = async (path: string): Promise<string> => {
      const { headers } = await portal().visitor().get(path);
      return /form-action ([^;]+);/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? '';
    };
    for (const path of ['/sign-in', '/sign-in/code']) {
      assert.equal(await policyOf(path), "'self'");
      for (const back of ['/fhir/portal/Patient', '//evil.example/interaction/x', '/account', '/interaction/../x'])
        assert.equal(await policyOf(`${path}?return=${encodeURIComponent(back)}`), "'self'", path + back);
      assert.equal(await policyOf(`${path}?return=/interaction/x`), "'self' *");
    }
  });

  it('[C24] a sign-in leads to an interaction of this server, and to no other address', async () => {
    const { visitor, member, server } = portal();
    const dana = await member();
    const to = async (back: string) => {
      const browser = visitor();
      const path = `/sign-in?${new URLSearchParams({ return: back }).toString()}`;
      const page = await browser.get(path);
      const [, action = ''] = /action="([^"]*)"/.exec(page.text) ?? [];
      const [, form = ''] = /name="form" value="([^"]*)"/.exec(page.text) ?? [];
      const body = new URLSearchParams({ form, userName: dana.userName, password: PASSWORD });
      const answer = await browser.request(action.replaceAll('&amp;', '&'), { method: 'POST', body });
      assert.equal(answer.status, 303);
      return new URL(answer.headers.get('location') ?? '', server.url);
    };
    assert.equal((await to('/interaction/a_B-9')).pathname, '/interaction/a_B-9');
    const wrong = [
      '//evil',
      '/\\evil',
      'https:evil',
      'javascript:1',
      '/interaction/../x',
      '/interaction//evil',
      '/account\r\nx: y',
    ];
    for (const back of wrong) assert.equal((await to(back)).href.split('?')[0], `${server.url}/account`);
  });

  it('[C04] [C22] [C10] wrong passwords make the next try wait, in the store and for a while only', async () => {
    const { visitor, member, world } = portal();
    const dana = await member();
    const wrong = () => signIn(visitor(), { ...dana, password: 'some other password' });
    for (let i = 0; i < 5; i++) assert.equal((await wrong()).status, 401);
    const waits = await signIn(visitor(), dana);
    assert.equal(waits.status, 429);
    const seconds = Number(waits.headers.get('retry-after'));
    assert.ok(seconds > 0 && seconds <= 5, String(seconds));
    world.advance(seconds * 1000);
    assert.equal((await wrong()).status, 401);
    assert.equal((await signIn(visitor(), dana)).status, 429);
    world.advance(10_000);
    assert.equal((await signIn(visitor(), dana)).status, 200);
    assert.equal((await wrong()).status, 401);
  });

  it('[C22] tries that wait are not counted against the others of that network', async () => {
    const { visitor, member, world } = portal();
    const [dana, noor] = [await member(), await member()];
    world.advance(2 * 3600_000);
    const statuses = [];
    for (let i = 0; i < 50; i++)
      statuses.push((await signIn(visitor(), { ...dana, password: 'some other password' })).status);
    assert.ok(statuses.filter(status => status === 429).length >= 40, statuses.join());
    assert.equal((await signIn(visitor(), noor)).status, 200);
  });

  it('[H06] each sign-in is in the audit, good or refused, by the account and without the user name', async () => {
    const { visitor, member, fhir } = portal();
    const dana = await member();
    await signIn(visitor(), { ...dana, password: 'some other password' });
    await signIn(visitor(), dana);
    const found = await fhir('demo-system', 'GET', `AuditEvent?subtype=110122&altid=${dana.account}`);
    const events = (found['entry'] as { resource: Record<string, unknown> }[]).map(({ resource }) => resource);
    assert.deepEqual(events.map(({ outcome }) => outcome).sort(), ['0', '4']);
    assert.deepEqual((events[0]?.['type'] as { code: string }).code, '110114');
    assert.ok(!JSON.stringify(events).includes(dana.userName));
  });

  it('[A10] the store keeps neither the password nor the secret of a session', async () => {
    const { visitor, member, storage, world } = portal();
    const dana = await member();
    const browser = visitor();
    await signIn(browser, dana);
    const secret = browser.cookies.get(SESSION) ?? '';
    assert.match(secret, /^[\w-]{43}$/);
    const credential = await storage.records.get('credential', dana.account, world.clock.now());
    const sessions = await storage.records.find('session', 'account', dana.account, world.clock.now(), 10);
    const text = JSON.stringify([credential, sessions]);
    assert.match(text, /\$argon2id\$/);
    assert.ok(!text.includes(secret) && !text.includes(PASSWORD));
  });

  it('[C19] a form of a megabyte is refused before anything is hashed', async () => {
    const { visitor, member } = portal();
    const dana = await member();
    const page = await signIn(visitor(), { ...dana, password: 'x'.repeat(1_000_000) });
    assert.equal(page.status, 413);
  });
});
