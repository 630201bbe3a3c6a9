/** Clients are registered by systems with a scope of their own, and apps by themselves where the setting allows it. */
import assert from 'node:assert/strict';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startTestServer } from '../fixtures/server.js';
import { eachApp } from './each-app.js';
import { App } from './launch.js';
import { app as appMetadata, basic, manage, register, system } from './registering.js';

const redirect = 'https://app.example.org/back';

eachApp('client registration', surroundings => {
  it('[PKB-1] a system with the scope registers, reads, changes, disables and removes a client', async () => {
    const { app, server } = surroundings();
    const { body } = await register(server, appMetadata());
    const id = String(body['client_id']);
    assert.equal(body['client_secret'], undefined);
    const { access_token: token } = await app.launch({ client: id, redirect });
    assert.equal(await app.read(token, 'Observation?patient=demo-patient'), 200);

    const narrower = { ...appMetadata(), scope: 'openid launch/patient patient/Patient.rs' };
    assert.equal((await manage(server, 'PUT', `/${id}`, narrower)).status, 200);
    assert.equal(await app.read(token, 'Observation?patient=demo-patient'), 403, '[A27] at once');
    assert.equal(await app.read(token, 'Patient/demo-patient'), 200);

    await manage(server, 'PUT', `/${id}`, { ...narrower, disabled: true });
    assert.equal(await app.read(token, 'Patient/demo-patient'), 401, '[A27] at once');
    assert.equal((await app.ask({ client: id, redirect })).shown.status, 400);
    await manage(server, 'PUT', `/${id}`, narrower);
    assert.equal(await app.read(token, 'Patient/demo-patient'), 200);

    assert.equal((await manage(server, 'GET', `/${id}`)).body['client_name'], 'An app');
    assert.equal((await manage(server, 'DELETE', `/${id}`)).status, 204);
    assert.equal(await app.read(token, 'Patient/demo-patient'), 401);
    assert.equal((await manage(server, 'GET', `/${id}`)).status, 404);
  });

  it('[A10] a secret is told once and kept as its hash; a new one ends it', async () => {
    const { app, server, storage } = surroundings();
    const { body } = await register(server, system());
    const [id, secret] = [String(body['client_id']), String(body['client_secret'])];
    const kept = JSON.stringify(await storage.records.get('client', id, 0));
    assert.ok(kept.length > 10 && !kept.includes(secret));
    const shown = await manage(server, 'GET', `/${id}`);
    assert.ok(!JSON.stringify(shown.body).includes('ecret"'), JSON.stringify(shown.body));
    const next = (await manage(server, 'POST', `/${id}/secret`)).body['client_secret'];
    const fields = { grant_type: 'client_credentials', scope: 'system/Patient.rs' };
    assert.equal((await app.token(fields, basic(id, secret))).status, 401);
    assert.equal((await app.token(fields, basic(id, next))).status, 200);
  });

  it('[A31] who has not the scope learns nothing and changes nothing', async () => {
    const { server } = surroundings();
    for (const [token, status] of [
      ['', 401],
      [server.token('demo-ehr'), 403],
      [server.token('demo-patient'), 403],
      ['x', 403],
    ] as const) {
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        const answer = await manage(server, method, '/demo-app', method === 'PUT' ? system() : undefined, token);
        assert.equal(answer.status, status, `${method} ${token}`);
      }
      if (token !== '') assert.equal((await register(server, system(), token)).status, 403);
    }
  });

  it('[A16] [R122] metadata that makes no sense, or is not safe, is refused and says why', async () => {
    const { server } = surroundings();
    const good = appMetadata();
    const redirects = [
      ...['http://app.example.org/back', 'https://app.example.org/#x', 'https://*.example.org/', 'javascript:alert(1)'],
      ...['data:text/html,x', 'https://a:b@app.example.org/', 'myapp:/back', '/back', 'https://app.example.org/a b'],
    ];
    for (const uri of redirects) {
      const { status, body } = await register(server, { ...good, redirect_uris: [uri] });
      assert.deepEqual([status, body['error']], [400, 'invalid_redirect_uri'], uri);
    }
    const { keys } = await keysOf();
    for (const change of [
      { scope: 'system/Patient.rs' },
      { scope: 'nonsense' },
      { scope: '' },
      { kind: 'superuser' },
      { client_name: '' },
      { client_name: 'a\nb' },
      { integration: '../x' },
      { token_endpoint_auth_method: 'client_secret_jwt' },
      { token_endpoint_auth_method: 'private_key_jwt' },
      { jwks: { keys: [] }, token_endpoint_auth_method: 'private_key_jwt' },
      { jwks: { keys: [{ ...keys, d: 'x' }] }, token_endpoint_auth_method: 'private_key_jwt' },
      { jwks_uri: 'http://keys.example.org/', token_endpoint_auth_method: 'private_key_jwt' },
      { grant_types: ['implicit'] },
      { response_types: ['token'] },
      { isAdmin: true },
      { kind: 'trusted-system', token_endpoint_auth_method: 'none', redirect_uris: undefined, scope: 'system/*.rs' },
    ]) {
      const { status, body } = await register(server, { ...good, ...change });
      assert.deepEqual([status, body['error']], [400, 'invalid_client_metadata'], JSON.stringify(change));
      assert.ok(String(body['error_description']).length > 10);
    }
    for (const body of ['{', '[]', '"x"']) {
      const answer = await fetch(`${server.url}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token('demo-system')}` },
        body,
      });
      assert.equal(answer.status, 400, body);
    }
  });

  it('an app that registers itself is an app and no more', async () => {
    const { app, server } = surroundings();
    const { integration: _granted, ...own } = appMetadata() as { integration: string };
    const { status, body } = await register(server, own, '');
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal((await app.launch({ client: String(body['client_id']), redirect }))['patient'], 'demo-patient');
    for (const change of [{ kind: 'trusted-system' }, { introspects: true }, { integration: 'demo' }]) {
      assert.equal((await register(server, { ...own, ...change }, '')).status, 400, JSON.stringify(change));
    }
  });

  it('[R124] [R129] a confidential app authenticates itself at the token endpoint', async () => {
    const { app, server } = surroundings();
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const { body } = await register(server, appMetadata({ token_endpoint_auth_method: method }));
      const [client, secret] = [String(body['client_id']), String(body['client_secret'])];
      const authenticate =
        method === 'client_secret_basic' ? basic(client, secret) : () => ({ fields: { client_secret: secret } });
      const tokens = await app.launch({ client, redirect, authenticate });
      assert.equal(await app.read(tokens['access_token'], 'Patient/demo-patient'), 200);
      const refresh = {
        grant_type: 'refresh_token',
        refresh_token: String(tokens['refresh_token']),
        client_id: client,
      };
      assert.equal((await app.token(refresh)).status, 401);
      assert.equal((await app.token(refresh, authenticate)).status, 200);
      const done = await app.authorize({ client, redirect });
      assert.equal((await app.exchange(done)).body['error'], 'invalid_client');
    }
  });
});

async function keysOf() {
  const { publicKey } = await generateKeyPair('ES384', { extractable: true });
  return { keys: await exportJWK(publicKey) };
}

describe('apps that register themselves', () => {
  const own = { client_name: 'An app', redirect_uris: [redirect], token_endpoint_auth_method: 'none' };
  const scope = 'openid launch/patient patient/*.rs';

  it('do not, unless the setting says so', async () => {
    const server = await startTestServer({ env: { PORTICO_REGISTRATION: 'off' } });
    try {
      assert.equal((await register(server, { ...own, scope }, '')).status, 401);
      assert.equal((await new App(server).configuration())['registration_endpoint'], undefined);
      assert.equal((await register(server, { ...own, scope, integration: 'acme' })).status, 201);
    } finally {
      await server.close();
    }
  });

  it('with a statement of an issuer that is trusted, which precedes what they say', async () => {
    const issuer = 'https://directory.example.org';
    const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'd1' }] };
    const settings = JSON.stringify([{ issuer, audience: 'portico', jwks }]);
    const server = await startTestServer({
      env: { PORTICO_REGISTRATION: 'statement', PORTICO_STATEMENT_ISSUERS: settings },
    });
    const statement = (claims: Record<string, unknown>, audience = 'portico', iss = issuer) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES384', kid: 'd1' })
        .setIssuer(iss)
        .setAudience(audience)
        .setExpirationTime('1h')
        .sign(privateKey);
    try {
      const claims = { client_name: 'As the directory knows it' };
      const software_statement = await statement(claims);
      const { status, body } = await register(server, { ...own, scope, software_statement }, '');
      assert.deepEqual([status, body['client_name']], [201, claims.client_name], JSON.stringify(body));
      for (const wrong of [
        undefined,
        'x',
        await statement(claims, 'another'),
        await statement(claims, 'portico', 'https://another.example.org'),
        `${software_statement.slice(0, -4)}AAAA`,
      ]) {
        const refused = await register(server, { ...own, scope, software_statement: wrong }, '');
        assert.deepEqual([refused.status, refused.body['error']], [400, 'invalid_client_metadata']);
      }
    } finally {
      await server.close();
    }
  });
});
