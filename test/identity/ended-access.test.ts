/** What ends an app's access with the next request: the browser's sign-out, a new password, the end of an account. */
import assert from 'node:assert/strict';
import { CookieJar } from '../fixtures/cookie-jar.js';
import { App } from './launch.js';
import { codeOf, eachMembership, type Member } from './members.js';

eachMembership('access of apps, and its end', portal => {
  const scope = 'openid fhirUser launch/patient patient/*.rs';

  /** Launches the demo app in a browser in which the member signs in by password. */
  async function launched(member: Member, jar: CookieJar, scopes = scope): Promise<Record<string, unknown>> {
    const app = new App(portal().server);
    const asked = await app.ask({ jar, scope: scopes });
    let page = asked.shown;
    const [, link] = /href="(\/sign-in[^"]+)"/.exec(page.text) ?? [];
    if (link !== undefined) {
      const form = await jar.open(new URL(link.replaceAll('&amp;', '&'), page.url).href, asked.redirect);
      const { userName, password } = member;
      page = await jar.send(
        form,
        [
          ['userName', userName],
          ['password', password],
        ],
        asked.redirect,
      );
    }
    const shown = await app.allow(asked, page, {});
    const { status, body } = await app.exchange({ ...asked, shown, back: new URL(shown.url) });
    assert.equal(status, 200, shown.text);
    return body;
  }

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
});
