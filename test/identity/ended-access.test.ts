/** What ends an app's access with the next request: the browser's sign-out, a new password, the end of an account. */
import assert from 'node:assert/strict';
import { CookieJar } from '../fixtures/cookie-jar.js';
import { App, post } from './launch.js';
import { launchedBy, SCOPE } from './member-launch.js';
import { codeOf, eachMembership, type Member } from './members.js';

eachMembership('access of apps, and its end', portal => {
  const scope = SCOPE;
  const launched = (member: Member, jar: CookieJar, scopes = scope) => launchedBy(member, portal(), jar, scopes);

  it('[R122] a member signs in by password on the way to an app, once for all apps in that browser', async () => {
    const member = await portal().member();
    const jar = new CookieJar();
    const app = new App(portal().server);
    for (const _time of [1, 2]) {
      const tokens = await launched(member, jar);
      assert.equal(`Patient/${String(tokens['patient'])}`, member.patient);
      assert.equal(await app.read(tokens['access_token'], member.patient), 200);
    }
  });

  it('[A27] the browser’s sign-out ends what was granted in it, and leaves an app that may stay its refresh token', async () => {
    const member = await portal().member();
    const app = new App(portal().server);
    const [jar, elsewhere] = [new CookieJar(), new CookieJar()];
    const tokens = await launched(member, jar);
    const staying = await launched(member, jar, `${scope} offline_access`);
    const other = await launched(member, elsewhere);
    const { sessions } = portal().server.app.identity;
    for (const one of [tokens, staying, other]) assert.equal(await app.read(one['access_token'], member.patient), 200);
    await sessions.close({ headers: { cookie: jar.cookieFor(`${portal().server.url}/`) } });
    assert.equal(await app.read(tokens['access_token'], member.patient), 401);
    assert.equal(await app.read(staying['access_token'], member.patient), 401);
    assert.equal(await app.read(other['access_token'], member.patient), 200);
    const refresh = { grant_type: 'refresh_token', client_id: 'demo-app' };
    const again = await app.token({ ...refresh, refresh_token: String(staying['refresh_token']) });
    assert.equal(again.status, 200);
    assert.equal(await app.read(again.body['access_token'], member.patient), 200);
  });

  it('[A27] all that an account granted ends with its grants, for good', async () => {
    const member = await portal().member();
    const { server, storage } = portal();
    const app = new App(server);
    const tokens = await launched(member, new CookieJar(), `${scope} offline_access`);
    const code = await app.authorize();
    const [grant] = await server.app.grants.list(member.account);
    assert.deepEqual([grant?.client, grant?.context.patient], ['demo-app', member.patient.slice('Patient/'.length)]);
    await storage.store.commit({ documents: await server.app.grants.ending(member.account) });
    assert.deepEqual(await server.app.grants.list(member.account), []);
    assert.equal(await app.read(tokens['access_token'], member.patient), 401);
    const refresh = { grant_type: 'refresh_token', client_id: 'demo-app' };
    const refused = await app.token({ ...refresh, refresh_token: String(tokens['refresh_token']) });
    assert.deepEqual([refused.status, refused.body['error']], [400, 'invalid_grant']);
    assert.equal((await app.exchange(code)).status, 200, 'of another account');
  });

  it('[A27] [C14] a new password ends the tokens of all apps and every session', async () => {
    const member = await portal().member();
    const app = new App(portal().server);
    const jar = new CookieJar();
    const tokens = await launched(member, jar, `${scope} offline_access`);
    const browser = portal().visitor();
    const page = await browser.send(await browser.get('/password-reset'), { name: member.userName });
    const code = codeOf(await portal().mails(member.email));
    const password = 'six tall poplars lean';
    const done = await browser.send(page, { code, password, again: password });
    assert.match(done.text, /Your password is changed/);
    assert.equal(await app.read(tokens['access_token'], member.patient), 401);
    const refresh = { grant_type: 'refresh_token', client_id: 'demo-app' };
    const refused = await app.token({ ...refresh, refresh_token: String(tokens['refresh_token']) });
    assert.equal(refused.status, 400);
    const { sessions } = portal().server.app.identity;
    const cookie = jar.cookieFor(`${portal().server.url}/`);
    assert.equal(await sessions.current({ headers: { cookie } }), undefined);
  });

  it('[A27] [RN-14] an app that asks for a fresh sign-in gets one', async () => {
    const member = await portal().member();
    const jar = new CookieJar();
    const app = new App(portal().server);
    await launched(member, jar);
    portal().world.advance(2000);
    const { shown } = await app.ask({ jar, extra: { prompt: 'login' } });
    assert.match(shown.text, /href="\/sign-in/);
    portal().world.advance(61_000);
    const aged = await app.ask({ jar, extra: { max_age: '60' } });
    assert.match(aged.shown.text, /href="\/sign-in/);
    const young = await app.ask({ jar, extra: { max_age: '600' } });
    assert.match(young.shown.text, /name="do" value="allow"/);
    assert.match(young.shown.text, /You are signed in as .?Dana/);
    const [, other = ''] = /href="([^"]+as=other[^"]*)"/.exec(young.shown.text) ?? [];
    const link = new URL(other.replaceAll('&amp;', '&'), young.shown.url).href;
    assert.match((await jar.open(link, young.redirect)).text, /href="\/sign-in/);
  });

  it('[A19] a refresh token that is used again ends the grant, and its person is told once', async () => {
    const member = await portal().member();
    const app = new App(portal().server);
    const refresh = (refresh_token: unknown) =>
      app.token({ grant_type: 'refresh_token', client_id: 'demo-app', refresh_token: String(refresh_token) });
    const notices = async () =>
      (await portal().mails(member.email)).filter(({ subject }) => subject === 'The access of an app has ended');
    for (const told of [1, 1]) {
      const tokens = await launched(member, new CookieJar(), `${scope} offline_access`);
      const { body } = await refresh(tokens['refresh_token']);
      portal().world.advance(6000);
      const all = await Promise.all([1, 2, 3].map(() => refresh(tokens['refresh_token'])));
      assert.ok(all.every(({ status }) => status === 400));
      assert.equal((await refresh(body['refresh_token'])).status, 400);
      assert.equal(await app.read(body['access_token'], member.patient), 401);
      assert.equal((await notices()).length, told, 'not twice in an hour');
    }
    const mail = (await notices()).at(-1)?.text ?? '';
    assert.ok(!mail.includes(member.userName) && !mail.includes('demo-app'));
  });

  it('[A19] an old refresh token that its app revokes, or one that lost a race, is no theft', async () => {
    const member = await portal().member();
    const app = new App(portal().server);
    const { revocation_endpoint: revocation = '' } = await app.configuration();
    const before = (await portal().mails(member.email)).length;
    const tokens = await launched(member, new CookieJar(), `${scope} offline_access`);
    const refresh_token = String(tokens['refresh_token']);
    const fields = { grant_type: 'refresh_token', client_id: 'demo-app', refresh_token };
    assert.equal((await app.token(fields)).status, 200);
    assert.equal((await app.token(fields)).status, 400);
    portal().world.advance(6000);
    const body = new URLSearchParams({ client_id: 'demo-app', token: refresh_token });
    assert.equal((await post(revocation, body)).status, 200);
    assert.equal((await portal().mails(member.email)).length, before);
  });
});
