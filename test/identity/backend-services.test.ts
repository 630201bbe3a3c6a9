/** Systems that get tokens for themselves. https://hl7.org/fhir/smart-app-launch/backend-services.html */
import assert from 'node:assert/strict';
import { eachApp } from './each-app.js';
import { post, type TokenAnswer } from './launch.js';
import { assertion, basic, JWT_BEARER, keyPair, publishing, register, system, type KeyPair } from './registering.js';

eachApp('backend services', surroundings => {
  let keys: KeyPair;
  let client: string;
  let endpoint: string;
  before(async () => {
    keys = await keyPair('ES384');
    const jwks = { keys: [keys.publicJwk] };
    const { status, body } = await register(
      surroundings().server,
      system({ token_endpoint_auth_method: 'private_key_jwt', jwks }),
    );
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body['client_secret'], undefined);
    client = String(body['client_id']);
    endpoint = (await surroundings().app.configuration())['token_endpoint'] ?? '';
  });

  const ask = async (fields: Record<string, string>, headers?: Record<string, string>): Promise<TokenAnswer> => {
    const all = {
      grant_type: 'client_credentials',
      scope: 'system/Patient.rs',
      client_assertion_type: JWT_BEARER,
      client_assertion: await assertion(client, endpoint, keys),
      ...fields,
    };
    return post(endpoint, new URLSearchParams(Object.entries(all).filter(([, value]) => value !== '')), headers);
  };

  it('[R133] [PKB-1] a system with a key of its own gets a token, which reads what its scopes give', async () => {
    const { app } = surroundings();
    const { status, body, headers } = await ask({});
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(headers.get('cache-control') ?? '', /no-store/);
    assert.deepEqual([body['token_type'], body['expires_in'], body['scope']], ['Bearer', 300, 'system/Patient.rs']);
    assert.equal(body['refresh_token'], undefined);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
    assert.equal(await app.read(body['access_token'], 'Observation/demo-body-weight'), 403);
  });

  it('[R134] [A22] scopes are cut down to the registered ones, whatever their form', async () => {
    const scopes = [
      ['system/*.rs', 'system/Patient.rs system/Observation.rs'],
      ['system/*.*', 'system/Patient.rs system/Observation.rs'],
      ['system/Patient.read', 'system/Patient.read'],
      ['system/Patient.cruds', 'system/Patient.rs'],
      ['system/Observation.rs?category=laboratory', 'system/Observation.rs?category=laboratory'],
    ] as const;
    for (const [scope, granted] of scopes) assert.equal((await ask({ scope })).body['scope'], granted, scope);
  });

  it('[R133] [R134] [A23] what is missing or wrong is refused in OAuth’s words', async () => {
    const other = await keyPair('ES384');
    const good = () => assertion(client, endpoint, keys);
    const cases: [string, Record<string, string>, RegExp][] = [
      ['no grant type', { grant_type: '' }, /^invalid_request$/],
      ['another grant type', { grant_type: 'x' }, /^unsupported_grant_type$/],
      ['no scope', { scope: '' }, /^invalid_scope$/],
      ['a scope of people', { scope: 'patient/Patient.rs' }, /^invalid_scope$/],
      ['a mixed scope', { scope: 'system/Patient.rs user/Patient.rs' }, /^invalid_scope$/],
      ['a scope that is not registered', { scope: 'system/Patient.write' }, /^invalid_scope$/],
      ['no type of assertion', { client_assertion_type: '' }, /^invalid_request$/],
      ['another type of assertion', { client_assertion_type: 'x' }, /^invalid_request$/],
      ['no assertion', { client_assertion: '' }, /^invalid_/],
      ['no JWT', { client_assertion: 'x' }, /^invalid_/],
      ['a foreign signature', { client_assertion: await assertion(client, endpoint, other) }, /^invalid_client$/],
      [
        'another audience',
        { client_assertion: await assertion(client, 'https://x.example', keys) },
        /^invalid_client$/,
      ],
      [
        'another issuer',
        { client_assertion: await assertion(client, endpoint, keys, { claims: { iss: 'x' } }) },
        /^invalid_client$/,
      ],
      [
        'another subject',
        { client_assertion: await assertion(client, endpoint, keys, { claims: { sub: 'x' } }) },
        /^invalid_client$/,
      ],
      [
        'no id',
        { client_assertion: await assertion(client, endpoint, keys, { claims: { jti: undefined } }) },
        /^invalid_client$/,
      ],
      ['expired', { client_assertion: await assertion(client, endpoint, keys, { expires: -60 }) }, /^invalid_client$/],
      [
        'good for an hour',
        { client_assertion: await assertion(client, endpoint, keys, { expires: 3600 }) },
        /^invalid_client$/,
      ],
      [
        'another key id',
        { client_assertion: await assertion(client, endpoint, keys, { header: { kid: 'k9' } }) },
        /^invalid_client$/,
      ],
      ['a client that is not', { client_assertion: await assertion('nobody', endpoint, keys) }, /^invalid_client$/],
      ['two ways of authentication', { client_secret: 'x', client_assertion: await good() }, /^invalid_request$/],
    ];
    for (const [name, fields, error] of cases) {
      const { status, body, headers } = await ask(fields);
      assert.ok(status === 400 || status === 401, `${name}: ${status}`);
      assert.match(String(body['error']), error, name);
      assert.match(headers.get('content-type') ?? '', /json/, name);
    }
    assert.equal((await ask({})).status, 200);
  });

  it('[R134] a body that is no form is refused', async () => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials' }),
    });
    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as { error: string }).error, 'invalid_request');
  });

  it('[A23] an assertion is good once, one after the other and at once', async () => {
    const client_assertion = await assertion(client, endpoint, keys);
    assert.equal((await ask({ client_assertion })).status, 200);
    assert.equal((await ask({ client_assertion })).body['error'], 'invalid_client');
    const again = await assertion(client, endpoint, keys);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask({ client_assertion: again })));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every(({ status, body }) => status === 200 || body['error'] === 'invalid_client'));
  });

  it('[R124] [R133] keys by an address, and RS384', async () => {
    const { server } = surroundings();
    const pair = await keyPair('RS384');
    await publishing(
      () => ({ body: JSON.stringify({ keys: [pair.publicJwk] }) }),
      async jwks_uri => {
        const { body } = await register(server, system({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri }));
        const id = String(body['client_id']);
        const client_assertion = await assertion(id, endpoint, pair);
        const { status, ...answer } = await ask({ client_assertion });
        assert.equal(status, 200, JSON.stringify(answer.body));
      },
    );
  });

  it('[A32] keys that cannot be had, are too large or none are a refused client', async () => {
    const { server } = surroundings();
    const pair = await keyPair('ES384');
    for (const body of ['{', JSON.stringify({ keys: [] }), ' '.repeat(200_000)]) {
      await publishing(
        () => ({ body }),
        async jwks_uri => {
          const registered = await register(
            server,
            system({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri }),
          );
          const client_assertion = await assertion(String(registered.body['client_id']), endpoint, pair);
          const answer = await ask({ client_assertion });
          assert.ok(answer.status === 400 || answer.status === 401, String(answer.status));
          assert.match(String(answer.body['error']), /^invalid_client$/);
        },
      );
    }
  });

  it('[PKB-1] a system with a secret, which is right or wrong', async () => {
    const { app, server } = surroundings();
    const { body } = await register(server, system());
    const [id, secret] = [String(body['client_id']), body['client_secret']];
    const fields = { grant_type: 'client_credentials', scope: 'system/Patient.rs' };
    assert.equal((await app.token(fields, basic(id, secret))).status, 200);
    assert.equal((await app.token({ ...fields, client_id: id, client_secret: String(secret) })).status, 200);
    for (const wrong of ['x', '', `${String(secret)}x`]) {
      const { status, body: refused } = await app.token(fields, basic(id, wrong));
      assert.ok(status === 401 || status === 400);
      assert.match(String(refused['error']), /^invalid_(client|request)$/);
    }
  });

  it('[PKB-1] [PKB-4] a customer’s system reaches the endpoint of that customer, and nothing else', async () => {
    const { app, server } = surroundings();
    const metadata = system({ kind: 'customer-system', integration: 'demo', scope: 'system/*.cruds' });
    const { body } = await register(server, metadata);
    const fields = { grant_type: 'client_credentials', scope: 'system/*.cruds' };
    const { body: tokens } = await app.token(fields, basic(String(body['client_id']), body['client_secret']));
    const status = async (base: string) =>
      (await fetch(`${base}/Patient`, { headers: { authorization: `Bearer ${String(tokens['access_token'])}` } }))
        .status;
    assert.deepEqual([await status(server.customer), await status(server.portal)], [200, 403]);
    const unknown = await register(server, { ...metadata, integration: 'nobody' });
    assert.equal(unknown.body['error'], 'invalid_client_metadata');
    const kind = 'partner-system';
    const partner = await register(server, { ...metadata, kind, integration: 'acme' });
    const { body: own } = await app.token(
      fields,
      basic(String(partner.body['client_id']), partner.body['client_secret']),
    );
    const refused = async (base: string) =>
      (await fetch(`${base}/Patient`, { headers: { authorization: `Bearer ${String(own['access_token'])}` } })).status;
    assert.deepEqual([await refused(server.customer), await refused(server.portal)], [403, 403], kind);
  });
});
