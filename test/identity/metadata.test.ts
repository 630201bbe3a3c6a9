/** The metadata of the authorization server is complete and true: what it says works, and nothing else. */
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { eachApp } from './each-app.js';
import { post, type LaunchOptions, type TokenAnswer } from './launch.js';
import {
  app as appMetadata,
  assertion,
  basic,
  JWT_BEARER,
  keyPair,
  register,
  system,
  type KeyPair,
} from './registering.js';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- the server under test has no TLS
const insecure = { execute: [oidc.allowInsecureRequests] };

const REDIRECT = 'https://app.example.org/back';
const SCOPE = 'openid fhirUser offline_access launch/patient patient/*.rs';

type Metadata = Readonly<Record<string, unknown>>;

eachApp('metadata of the authorization server', surroundings => {
  const documentAt = async (path: string): Promise<Metadata> => {
    const answer = await fetch(surroundings().server.url + path);
    assert.equal(answer.status, 200, path);
    return (await answer.json()) as Metadata;
  };
  const openid = () => documentAt('/oauth/.well-known/openid-configuration');
  const smart = (base = '/fhir/portal') => documentAt(`${base}/.well-known/smart-configuration`);
  const listOf = (metadata: Metadata, name: string): string[] => metadata[name] as string[];

  /** The ways in which the client of each method shows who it is, eight times. */
  async function clientOf(method: string, pair?: KeyPair): Promise<LaunchOptions & { client: string }> {
    const { server, app } = surroundings();
    const jwks = pair ? { jwks: { keys: [pair.publicJwk] } } : {};
    const metadata = appMetadata({ token_endpoint_auth_method: method, redirect_uris: [REDIRECT], ...jwks });
    const { status, body } = await register(server, metadata);
    assert.equal(status, 201, JSON.stringify(body));
    const [client, secret] = [String(body['client_id']), String(body['client_secret'])];
    if (method === 'client_secret_basic') return { client, authenticate: basic(client, secret) };
    if (method === 'client_secret_post') return { client, authenticate: () => ({ fields: { client_secret: secret } }) };
    if (!pair) return { client };
    const { token_endpoint: audience = '' } = await app.configuration();
    const next = await Promise.all(Array.from({ length: 8 }, () => assertion(client, audience, pair)));
    const authenticate = () => ({
      fields: { client_id: '', client_assertion_type: JWT_BEARER, client_assertion: next.pop() ?? '' },
    });
    return { client, authenticate };
  }

  /** A request to an endpoint as this client. */
  async function call(url: unknown, { client, authenticate }: LaunchOptions, fields: object): Promise<TokenAnswer> {
    const more = authenticate?.(String(url)) ?? {};
    const all = { client_id: client ?? '', ...fields, ...more.fields };
    return post(
      String(url),
      new URLSearchParams(Object.entries(all).filter(([, value]) => value !== '')),
      more.headers,
    );
  }

  it('[R128] [R120] all documents say the same, also where RFC 8414 looks for them', async () => {
    const { server } = surroundings();
    const document = await openid();
    assert.deepEqual(await documentAt('/.well-known/oauth-authorization-server/oauth'), document);
    const config = await oidc.discovery(new URL(`${server.url}/oauth`), 'x', undefined, oidc.None(), {
      ...insecure,
      algorithm: 'oauth2',
    });
    assert.equal(config.serverMetadata().issuer, document['issuer']);
    const launch = await smart();
    for (const [name, value] of Object.entries(document))
      if (/_endpoint$|^issuer$|^jwks_uri$/.test(name)) assert.equal(launch[name], value, name);
    for (const name of ['grant_types_supported', 'response_types_supported', 'code_challenge_methods_supported'])
      assert.deepEqual(launch[name], document[name], name);
  });

  it('[R128] every endpoint that is named answers, and no other is there', async () => {
    const document = await openid();
    const named = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
    assert.deepEqual(
      new Set(named.map(([name]) => name)),
      new Set(
        ['authorization', 'token', 'introspection', 'revocation', 'registration']
          .map(name => `${name}_endpoint`)
          .concat('jwks_uri'),
      ),
    );
    for (const [name, url] of named) {
      const isRead = name === 'jwks_uri' || name === 'authorization_endpoint';
      const { status } = await fetch(String(url), { method: isRead ? 'GET' : 'POST' });
      assert.ok(name === 'jwks_uri' ? status === 200 : status === 400 || status === 401, `${name}: ${status}`);
    }
    for (const path of ['/me', '/userinfo', '/request', '/session/end', '/device/auth', '/backchannel', '/challenge'])
      for (const method of ['GET', 'POST'])
        assert.equal((await fetch(`${surroundings().server.url}/oauth${path}`, { method })).status, 404, path);
  });

  it('[R124] [R131] [R132] every way of authentication works at token, introspection and revocation', async () => {
    const { app } = surroundings();
    const document = await openid();
    const methods = listOf(document, 'token_endpoint_auth_methods_supported');
    assert.deepEqual(
      new Set(methods),
      new Set(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']),
    );
    for (const endpoint of ['introspection', 'revocation'])
      assert.deepEqual(document[`${endpoint}_endpoint_auth_methods_supported`], methods);
    const algorithms = listOf(document, 'token_endpoint_auth_signing_alg_values_supported');
    const tried = methods.flatMap((method): [method: string, alg: string][] =>
      method === 'private_key_jwt' ? algorithms.map(alg => [method, alg]) : [[method, '']],
    );
    for (const [method, alg] of tried) {
      const client = await clientOf(method, alg === '' ? undefined : await keyPair(alg as KeyPair['alg']));
      const { access_token: token } = await app.launch({ ...client, redirect: REDIRECT, scope: SCOPE });
      const { body } = await call(document['introspection_endpoint'], client, { token });
      assert.equal(body['active'], true, method);
      assert.equal((await call(document['revocation_endpoint'], client, { token })).status, 200, method);
      assert.equal(await app.read(token, 'Patient/demo-patient'), 401, method);
    }
  });

  it('[R124] [A24] no other algorithm of keys is registered or taken', async () => {
    const { server, app } = surroundings();
    const { publicJwk } = await keyPair('RS384');
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] } };
    const { body } = await register(server, system(metadata));
    const client = String(body['client_id']);
    const { token_endpoint: audience = '' } = await app.configuration();
    for (const alg of ['RS256', 'PS384', 'ES256', 'EdDSA']) {
      const { privateKey } = await generateKeyPair(alg);
      const claims = { iss: client, sub: client, aud: audience, jti: alg };
      const jwt = new SignJWT(claims).setProtectedHeader({ alg, kid: 'k1' }).setExpirationTime('2m');
      const fields = { client_assertion_type: JWT_BEARER, client_assertion: await jwt.sign(privateKey) };
      const answer = await app.token({ grant_type: 'client_credentials', scope: 'system/Patient.rs', ...fields });
      assert.equal(answer.body['error'], 'invalid_client', alg);
    }
  });

  it('[R122] every way in which a code comes back works, and no other', async () => {
    const { app } = surroundings();
    const modes = listOf(await openid(), 'response_modes_supported');
    assert.deepEqual(modes, ['query', 'fragment']);
    for (const response_mode of modes) {
      const { back } = await app.authorize({ extra: { response_mode } });
      const answer = new URLSearchParams(response_mode === 'query' ? back.search : back.hash.slice(1));
      assert.ok(answer.get('code'), response_mode);
      assert.equal(answer.get('iss'), (await openid())['issuer'], response_mode);
    }
    for (const response_mode of ['form_post', 'web_message', 'jwt']) {
      const { shown } = await app.ask({ extra: { response_mode } });
      assert.ok(!`${shown.url}${shown.text}`.includes('code='), response_mode);
      assert.match(`${shown.url} ${shown.text}`, /unsupported/, response_mode);
    }
  });

  it('[R128] [R126] every scope and claim that is named can be had', async () => {
    const { app, server } = surroundings();
    const document = await openid();
    const scopes = listOf(await smart(), 'scopes_supported');
    for (const one of listOf(document, 'scopes_supported')) assert.ok(scopes.includes(one), one);
    const ofApps = scopes.filter(one => !one.startsWith('system/'));
    const { body } = await register(server, appMetadata({ redirect_uris: [REDIRECT], scope: ofApps.join(' ') }));
    const client = String(body['client_id']);
    const granted = new Set<string>();
    // What a wildcard covers is not granted beside it.
    const common = ofApps.filter(one => !/^(patient|user)\//.test(one) && !/^o[a-z]+_access$/.test(one));
    const requests: [person: string, scopes: string[]][] = [
      ['Person/demo-patient', ['offline_access', 'patient/*.rs']],
      ['Person/demo-patient', ['online_access', ...ofApps.filter(one => /^patient\/[A-Z]/.test(one))]],
      ['Practitioner/demo-clinician', ofApps.filter(one => one.startsWith('user/'))],
    ];
    for (const [person, own] of requests) {
      const scope = [...common, ...own].join(' ');
      const tokens = await app.launch({ client, redirect: REDIRECT, scope, person, patient: 'demo-patient' });
      for (const one of String(tokens['scope']).split(' ')) granted.add(one);
      const claims = decodeJwt(String(tokens['id_token']));
      for (const one of listOf(document, 'claims_supported').filter(name => name !== 'auth_time'))
        assert.ok(one in claims, one);
    }
    // An EHR's launch, and what auditors and authors of templates alone may read.
    const others = ['launch', 'launch/encounter', 'patient/AuditEvent.rs', 'patient/ActivityDefinition.rs'];
    assert.deepEqual(
      ofApps.filter(one => !granted.has(one)),
      ofApps.filter(one => others.includes(one)),
    );
  });

  it('[R133] the scopes of systems that each endpoint names can be had', async () => {
    const { app, server } = surroundings();
    for (const [base, kind, integration] of [
      ['/fhir/portal', 'trusted-system', 'ehr'],
      ['/fhir/customer/demo', 'customer-system', 'demo'],
    ] as const) {
      const scopes = listOf(await smart(base), 'scopes_supported').filter(one => one.startsWith('system/'));
      assert.ok(scopes.length > 0);
      const { body } = await register(server, system({ kind, integration, scope: scopes.join(' ') }));
      const authenticate = basic(String(body['client_id']), body['client_secret']);
      for (const scope of scopes) {
        const answer = await app.token({ grant_type: 'client_credentials', scope }, authenticate);
        assert.equal(answer.body['scope'], scope);
      }
    }
  });
});
