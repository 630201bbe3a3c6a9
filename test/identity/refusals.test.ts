/** What the authorization server refuses, and how it says so. https://www.rfc-editor.org/rfc/rfc9700 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { createClientRegistry } from '../../src/identity/authorization-server/clients.js';
import { openMemory } from '../../src/store/memory/open.js';
import { startTestServer } from '../fixtures/server.js';
import { testWorld } from '../fixtures/world.js';
import { eachApp } from './each-app.js';
import { App, STATE } from './launch.js';

eachApp('authorization requests that are refused', surroundings => {
  const refusedBack = async (extra: Record<string, string>, error: string, scope?: string) => {
    const { app } = surroundings();
    const { shown, redirect } = await app.ask({ extra, ...(scope === undefined ? {} : { scope }) });
    assert.ok(shown.url.startsWith(redirect), shown.text || shown.url);
    // Answers of the implicit flow are in the fragment.
    const answer = new URL(shown.url.replace('#', '?')).searchParams;
    assert.deepEqual([answer.get('error'), answer.get('state'), answer.get('code')], [error, STATE, null]);
  };

  it('[R123] [A17] without aud, or with one that is not an endpoint for apps', async () => {
    const { server } = surroundings();
    const wrong = [
      '',
      'https://evil.example/fhir/portal',
      `${server.url}/fhir`,
      `${server.portal}/Patient`,
      server.customer,
    ];
    for (const aud of wrong) await refusedBack({ aud }, 'invalid_request');
  });

  it('[A11] [A12] without a challenge, with a plain one, or one whose method is left out', async () => {
    await refusedBack({ code_challenge: '', code_challenge_method: '' }, 'invalid_request');
    await refusedBack({ code_challenge_method: 'plain' }, 'invalid_request');
    await refusedBack({ code_challenge_method: '' }, 'invalid_request');
  });

  it('[A24] other grants and answers than a code', async () => {
    const { app } = surroundings();
    await refusedBack({ response_type: 'token' }, 'unsupported_response_type');
    for (const grant_type of ['password', 'implicit', 'x']) {
      const { status, body } = await app.token({ grant_type, client_id: 'demo-app', username: 'a', password: 'b' });
      assert.deepEqual([status, body['error']], [400, 'unsupported_grant_type'], grant_type);
    }
  });

  it('[A22] no scope at all that can be granted', async () => {
    await refusedBack({}, 'invalid_scope', 'system/Patient.rs nonsense');
  });

  it('[A16] an address that is not the registered one, to the letter, is not led to', async () => {
    const { app, server } = surroundings();
    const { host } = new URL(server.url);
    const registered = `${server.url}/demo-app`;
    for (const redirect of [
      ...[`${registered}/`, `${registered}/x`, `${registered}?a=b`, `${registered}#a`, `${registered}%2e`],
      ...[registered.replace('demo-app', 'Demo-app'), `http://a@${host}/demo-app`, 'http://127.0.0.1:1/demo-app'],
      ...[`https://${host}/demo-app`, `${server.url}.evil.example/demo-app`, 'javascript:alert(1)'],
    ]) {
      const { shown } = await app.ask({ redirect: 'never:', extra: { redirect_uri: redirect } });
      assert.equal(shown.status, 400, redirect);
      assert.match(shown.headers.get('content-type') ?? '', /html/);
      assert.equal(shown.headers.get('content-security-policy')?.includes("default-src 'none'"), true);
    }
  });

  it('[A18] a state of whatever characters comes back as it was', async () => {
    const { app } = surroundings();
    const state = '<script>alert(1)</script>\r\nSet-Cookie: a=b' + 'x'.repeat(2000);
    const { shown } = await app.ask({ extra: { state, aud: '' } });
    assert.equal(new URL(shown.url).searchParams.get('state'), state);
  });

  it('[R135] a person who is not asked is no person: prompt=none without one is an error', async () => {
    const { app } = surroundings();
    const { shown } = await app.ask({ extra: { prompt: 'none' } });
    assert.match(String(new URL(shown.url).searchParams.get('error')), /^(login|interaction)_required$/);
  });

  it('[A13] [R124] a verifier that is missing, wrong, short, long or the challenge itself', async () => {
    const { app } = surroundings();
    const wrong = (verifier: string) => [
      ...['', 'x'.repeat(43), verifier.slice(0, 42), 'x'.repeat(129)],
      createHash('sha256').update(verifier).digest('base64url'),
    ];
    for (const at of [0, 1, 2, 3, 4]) {
      const done = await app.authorize();
      const { status, body } = await app.exchange(done, { code_verifier: wrong(done.verifier)[at] ?? '' });
      assert.equal(status, 400);
      assert.match(String(body['error']), /^invalid_(grant|request)$/);
    }
  });

  it('[R124] a code, client or address that is not the one', async () => {
    const { app } = surroundings();
    const done = await app.authorize();
    const answers = [
      await app.exchange(done, { code: 'x' }),
      await app.exchange(done, { client_id: 'nobody' }),
      await app.exchange(done, { redirect_uri: `${done.redirect}/` }),
    ];
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body['error']]),
      [
        [400, 'invalid_grant'],
        [401, 'invalid_client'],
        [400, 'invalid_grant'],
      ],
    );
  });

  it('[A31] a page of another site gets no token, and no cookie of a person does', async () => {
    const { app } = surroundings();
    const { token_endpoint: endpoint = '' } = await app.configuration();
    const allowed = async (origin: string) => {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', client_id: 'demo-app' });
      const answer = await fetch(endpoint, { method: 'POST', body, headers: { origin } });
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      return answer.headers.get('access-control-allow-origin');
    };
    const own = new URL(endpoint).origin;
    assert.equal(await allowed(own), own);
    for (const origin of ['null', 'https://evil.example', `${own}.evil.example`])
      assert.equal(await allowed(origin), null);
  });

  it('[A22] the demo signs in as its own people alone, whatever the form says', async () => {
    const { app } = surroundings();
    for (const account of ['Practitioner/demo-administrator', 'Person/nobody', 'Patient/demo-patient', '']) {
      const page = await app.signIn(await app.ask(), account);
      assert.match(page.text, /name="account" value="Person\/demo-patient"/, account);
      assert.ok(!page.text.includes('value="allow"'));
    }
  });

  it('a name that leads a browser to this machine is not one under which the demo signs people in', async () => {
    const { app } = surroundings();
    const { shown, jar } = await app.ask();
    const { hostname, port, pathname } = new URL(shown.url);
    const headers = { host: 'evil.example', cookie: jar.cookieFor(shown.url) };
    const status = await new Promise<string | undefined>((resolve, reject) => {
      get({ host: hostname, port, path: pathname, headers }, answer => resolve(answer.resume().headers.location)).on(
        'error',
        reject,
      );
    });
    assert.match(status ?? '', /^\/sign-in/);
  });

  it('[A15] a code is good for a minute', async () => {
    const { app, world } = surroundings();
    const done = await app.authorize();
    world.advance(61_000);
    assert.equal((await app.exchange(done)).body['error'], 'invalid_grant');
  });

  it('[A14] a code is used once; who tries again ends what was issued for it', async () => {
    const { app } = surroundings();
    const done = await app.authorize();
    const { body } = await app.exchange(done);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
    const again = await app.exchange(done);
    assert.deepEqual([again.status, again.body['error']], [400, 'invalid_grant']);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 401);
    const refreshed = await app.token({
      grant_type: 'refresh_token',
      refresh_token: String(body['refresh_token']),
      client_id: 'demo-app',
    });
    assert.equal(refreshed.body['error'], 'invalid_grant');
  });

  it('[A14] of twenty at once one gets tokens, which end', async () => {
    const { app } = surroundings();
    const done = await app.authorize();
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.exchange(done)));
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    assert.ok(answers.every(({ status, body }) => status === 200 || body['error'] === 'invalid_grant'));
    assert.equal(await app.read(good[0]?.body['access_token'], 'Patient/demo-patient'), 401);
  });
});

describe('sign-in outside demo mode', () => {
  it('[A01] is by password alone: nobody is signed in by a form of the demo', async () => {
    const world = testWorld();
    const storage = openMemory(world.clock);
    const server = await startTestServer({ storage, world, env: { PORTICO_DEMO: 'off' } });
    try {
      const redirect = 'https://app.example.org/back';
      const kept = { kind: 'app', name: 'An app', integration: 'acme', authMethod: 'none' } as const;
      const scope = 'launch/patient patient/*.rs';
      await createClientRegistry({ ...storage, ...world }).add({
        ...kept,
        id: 'an-app',
        scope,
        redirectUris: [redirect],
      });
      const asked = await new App(server).ask({ client: 'an-app', redirect, scope });
      assert.match(asked.shown.url, /\/sign-in\?return=%2Finteraction%2F/);
      const path = new URL(asked.shown.url).searchParams.get('return') ?? '';
      const body = new URLSearchParams({ do: 'demo', account: 'Person/demo-patient' });
      const answer = await asked.jar.fetch(server.url + path, { method: 'POST', body });
      assert.equal(answer.status, 403);
      assert.equal((await fetch(`${server.url}/demo-app`)).status, 404);
    } finally {
      await server.close();
    }
  });
});
