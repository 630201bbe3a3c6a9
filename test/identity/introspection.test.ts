/** Introspection and revocation. https://www.rfc-editor.org/rfc/rfc7662 https://www.rfc-editor.org/rfc/rfc7009 */
import assert from 'node:assert/strict';
import { eachApp } from './each-app.js';
import { post, type TokenAnswer } from './launch.js';
import { app as appMetadata, basic, register, system } from './registering.js';

eachApp('introspection and revocation', surroundings => {
  let resourceServer: Record<string, string>;
  before(async () => {
    const { body } = await register(surroundings().server, system({ introspects: true }));
    resourceServer = headersOf(String(body['client_id']), body['client_secret']);
  });

  const headersOf = (id: string, secret: unknown) => basic(id, secret)('').headers ?? {};
  const introspect = async (token: unknown, headers: Record<string, string> = resourceServer): Promise<TokenAnswer> => {
    const { introspection_endpoint: endpoint = '' } = await surroundings().app.configuration();
    return post(endpoint, new URLSearchParams({ token: String(token) }), headers);
  };
  const revoke = async (
    token: unknown,
    client = 'demo-app',
    headers?: Record<string, string>,
  ): Promise<TokenAnswer> => {
    const { revocation_endpoint: endpoint = '' } = await surroundings().app.configuration();
    return post(endpoint, new URLSearchParams({ token: String(token), client_id: client }), headers);
  };

  it('[R131] a resource server is told what a token is', async () => {
    const { app, server } = surroundings();
    const tokens = await app.launch();
    const { status, body } = await introspect(tokens['access_token']);
    assert.equal(status, 200);
    assert.deepEqual(
      [body['active'], body['client_id'], body['scope'], body['patient'], body['iss'], body['fhirUser'], body['sub']],
      [
        ...[true, 'demo-app', tokens['scope'], 'demo-patient', `${server.url}/oauth`],
        ...[`${server.portal}/Patient/demo-patient`, 'Person/demo-patient'],
      ],
    );
    assert.ok(Number(body['exp']) > Date.now() / 1000);
    assert.equal((await introspect(tokens['refresh_token'])).body['active'], true);
  });

  it('[R131] [A25] of what is no token, not any more or not yet, it learns nothing', async () => {
    const { app, world } = surroundings();
    const tokens = await app.launch();
    for (const token of ['x', 'pat_x', '', tokens['id_token'], `${String(tokens['access_token'])}x`]) {
      const { status, body } = await introspect(token);
      if (token === '') assert.equal(body['error'], 'invalid_request');
      else assert.deepEqual([status, body], [200, { active: false }], String(token));
    }
    world.advance(3_600_001);
    assert.deepEqual((await introspect(tokens['access_token'])).body, { active: false });
  });

  it('[A25] [A26] others are told about their own tokens alone, and strangers about none', async () => {
    const { app, server } = surroundings();
    const tokens = await app.launch();
    const { body } = await register(server, system());
    const [id, secret] = [String(body['client_id']), body['client_secret']];
    assert.deepEqual((await introspect(tokens['access_token'], headersOf(id, secret))).body, { active: false });
    const own = await app.token({ grant_type: 'client_credentials', scope: 'system/Patient.rs' }, basic(id, secret));
    assert.equal((await introspect(own.body['access_token'], headersOf(id, secret))).body['active'], true);
    for (const headers of [{}, headersOf(id, 'wrong'), { authorization: `Bearer ${server.token('demo-system')}` }]) {
      const { status } = await introspect(tokens['access_token'], headers);
      assert.ok(status === 401 || status === 400, String(status));
    }
  });

  it('[R132] [A27] who revokes a token ends all that was issued with it, at once', async () => {
    const { app } = surroundings();
    for (const kind of ['access_token', 'refresh_token']) {
      const tokens = await app.launch();
      assert.equal(await app.read(tokens['access_token'], 'Patient/demo-patient'), 200);
      assert.equal((await revoke(tokens[kind])).status, 200);
      assert.equal(await app.read(tokens['access_token'], 'Patient/demo-patient'), 401);
      const again = await app.token({
        grant_type: 'refresh_token',
        refresh_token: String(tokens['refresh_token']),
        client_id: 'demo-app',
      });
      assert.deepEqual([again.status, again.body['error']], [400, 'invalid_grant']);
      assert.deepEqual((await introspect(tokens['access_token'])).body, { active: false });
    }
  });

  it('[R132] nobody revokes the token of another client, and an unknown one is no error', async () => {
    const { app, server } = surroundings();
    const tokens = await app.launch();
    const { body } = await register(server, appMetadata());
    await revoke(tokens['access_token'], String(body['client_id']));
    assert.equal(await app.read(tokens['access_token'], 'Patient/demo-patient'), 200);
    assert.equal((await revoke('unknown')).status, 200);
  });

  it('[A07] no other secret is an access token', async () => {
    const { app } = surroundings();
    const done = await app.authorize();
    const code = done.back.searchParams.get('code');
    const { body } = await app.exchange(done);
    for (const token of [code, body['refresh_token'], body['id_token']]) {
      assert.equal(await app.read(token, 'Patient/demo-patient'), 401);
    }
  });
});
