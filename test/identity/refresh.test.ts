/** Refresh tokens: rotation, reuse, how long they hold. https://www.rfc-editor.org/rfc/rfc9700#section-4.14 */
import assert from 'node:assert/strict';
import type { Person } from 'fhir/r4.js';
import { eachApp } from './each-app.js';
import type { TokenAnswer } from './launch.js';
import { app as appMetadata, basic, register } from './registering.js';

const DAY = 24 * 3600_000;

eachApp('refresh tokens', surroundings => {
  const refresh = (token: unknown, change: Record<string, string> = {}): Promise<TokenAnswer> =>
    surroundings().app.token({
      grant_type: 'refresh_token',
      refresh_token: String(token),
      client_id: 'demo-app',
      ...change,
    });
  const refused = async (token: unknown, change?: Record<string, string>) => {
    const { status, body } = await refresh(token, change);
    assert.deepEqual([status, body['error']], [400, 'invalid_grant']);
  };

  it('[R129] a refresh gives new tokens with the same context, and rotates', async () => {
    const { app } = surroundings();
    const first = await app.launch();
    const { status, body } = await refresh(first['refresh_token']);
    assert.equal(status, 200);
    assert.notEqual(body['access_token'], first['access_token']);
    assert.notEqual(body['refresh_token'], first['refresh_token']);
    assert.deepEqual([body['patient'], body['scope']], [first['patient'], first['scope']]);
    assert.ok(body['id_token']);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
  });

  it('[R129] [A22] with a scope: a part of what was granted, never more', async () => {
    const { app } = surroundings();
    const first = await app.launch({
      scope: 'openid offline_access launch/patient patient/Patient.rs patient/Observation.rs',
    });
    const { body } = await refresh(first['refresh_token'], { scope: 'patient/Patient.rs' });
    assert.equal(body['scope'], 'patient/Patient.rs');
    assert.equal(await app.read(body['access_token'], 'Observation?patient=demo-patient'), 403);
    const wider = await refresh(body['refresh_token'], { scope: 'patient/Task.rs' });
    assert.equal(wider.body['error'], 'invalid_scope');
  });

  it('without offline_access or online_access there is none', async () => {
    const { app } = surroundings();
    assert.equal((await app.launch({ scope: 'openid launch/patient patient/*.rs' }))['refresh_token'], undefined);
  });

  it('[R129] [A18] a public app may leave its id out, and is held to its own tokens; another client shows who it is', async () => {
    const { app, server } = surroundings();
    const first = await app.launch();
    const { status, body } = await refresh(first['refresh_token'], { client_id: '' });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
    assert.equal((await refresh('none', { client_id: '' })).status, 400);
    const { body: registered } = await register(
      server,
      appMetadata({ token_endpoint_auth_method: 'client_secret_basic' }),
    );
    const client = String(registered['client_id']);
    const redirect = 'https://app.example.org/back';
    const scope = 'launch/patient offline_access patient/*.rs';
    const authenticate = basic(client, registered['client_secret']);
    const own = await app.launch({ client, redirect, scope, authenticate });
    assert.deepEqual((await refresh(own['refresh_token'], { client_id: '' })).body['error'], 'invalid_client');
    const good = { grant_type: 'refresh_token', refresh_token: String(own['refresh_token']) };
    assert.equal((await app.token(good, authenticate)).status, 200);
  });

  it('[A19] a token used again later is a thief’s: the whole family ends', async () => {
    const { app, world } = surroundings();
    const other = await app.launch();
    const first = await app.launch();
    const { body: second } = await refresh(first['refresh_token']);
    world.advance(6000);
    await refused(first['refresh_token']);
    await refused(second['refresh_token']);
    for (const token of [first['access_token'], second['access_token']]) {
      assert.equal(await app.read(token, 'Patient/demo-patient'), 401);
    }
    assert.equal(await app.read(other['access_token'], 'Patient/demo-patient'), 200);
  });

  it('[A20] of twenty at once one succeeds, and the family lives', async () => {
    const { app } = surroundings();
    const first = await app.launch();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(first['refresh_token'])));
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    assert.ok(answers.every(({ status, body }) => status === 200 || body['error'] === 'invalid_grant'));
    assert.equal((await refresh(good[0]?.body['refresh_token'])).status, 200);
  });

  it('[A21] of another client, after the last day, or made up', async () => {
    const { app, world } = surroundings();
    const first = await app.launch();
    await refused('x');
    assert.equal((await refresh(first['refresh_token'], { client_id: 'nobody' })).body['error'], 'invalid_client');
    let { body } = await refresh(first['refresh_token']);
    world.advance(60 * DAY);
    ({ body } = await refresh(body['refresh_token']));
    assert.ok(body['refresh_token'], 'within the first 90 days');
    world.advance(31 * DAY);
    await refused(body['refresh_token']);
  });

  it('[A21] of access for as long as one is there, after half a day', async () => {
    const { app, world } = surroundings();
    const first = await app.launch({ scope: 'openid online_access launch/patient patient/*.rs' });
    const { status, body } = await refresh(first['refresh_token']);
    assert.equal(status, 200);
    world.advance(DAY / 2 + 1000);
    await refused(body['refresh_token']);
  });

  it('[A21] [A27] [D03] after the relation to the patient ended, or the account', async () => {
    const { app, server } = surroundings();
    const token = server.token('demo-system');
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${server.portal}/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      assert.ok(answer.ok, await answer.clone().text());
      return answer.json() as Promise<Person>;
    };
    const proxy = await app.launch({ person: 'Person/demo-proxy' });
    const relation = await call('GET', 'RelatedPerson/demo-proxy');
    await call('PUT', 'RelatedPerson/demo-proxy', { ...relation, active: false });
    assert.equal(await app.read(proxy['access_token'], 'Patient/demo-ruby-delacroixjones'), 401);
    await refused(proxy['refresh_token']);
    await call('PUT', 'RelatedPerson/demo-proxy', relation);

    const own = await app.launch();
    const person = await call('GET', 'Person/demo-patient');
    await call('PUT', 'Person/demo-patient', { ...person, active: false });
    assert.equal(await app.read(own['access_token'], 'Patient/demo-patient'), 401);
    await refused(own['refresh_token']);
    const asked = await app.ask();
    const page = await app.signIn(asked);
    assert.ok(page.text.includes('name="account"'), 'whoever may not be signed in is asked again');
    await call('PUT', 'Person/demo-patient', person);
  });
});
