/** This server as a client of a provider: both ways to authenticate, both sources of claims, and providers that are slow. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readIdentityProviders, type IdentityProviderConfig } from '../../src/config/identity-providers.js';
import { flowSecretsOf } from '../../src/identity/providers/authentication-request.js';
import { ProviderError, providerError } from '../../src/identity/providers/provider-error.js';
import { createRelyingParty, type RelyingParty, type Vouched } from '../../src/identity/providers/relying-party.js';
import { vouchedPerson } from '../../src/identity/providers/vouched-person.js';
import { createOutbound, type Outbound } from '../../src/outbound/outbound.js';
import { startLyingProvider, type LyingProvider } from '../fixtures/lying-provider.js';
import { startOpenIdProvider, type OpenIdProvider } from '../fixtures/openid-provider.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';
import { backFrom, CLIENT, clientOf, SECRET, settingsOf } from './outsiders.js';

const HOME = 'http://127.0.0.1:1';
const secrets = flowSecretsOf('a secret of the browser');
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const configOf = (issuer: string, more: object = {}): IdentityProviderConfig => {
  const [config] = readIdentityProviders(JSON.stringify([settingsOf('one', issuer, more)]));
  assert.ok(config);
  return config;
};

describe('a relying party', () => {
  let real: OpenIdProvider;
  let made: LyingProvider;
  let outbound: Outbound;
  let world: TestWorld;
  before(async () => {
    [real, made] = await Promise.all([startOpenIdProvider(), startLyingProvider(CLIENT, SECRET)]);
    const signing = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' };
    const byKey = { client_id: 'by-key', client_secret: undefined, jwks: { keys: [signing] } };
    real.open([clientOf(HOME, ['one'], { ...byKey, token_endpoint_auth_method: 'private_key_jwt' })]);
  });
  after(() => Promise.all([real.close(), made.close()]));
  beforeEach(() => {
    made.lie = {};
    world = testWorld();
    const hosts = [real, made].map(({ issuer }) => new URL(issuer).host);
    outbound = createOutbound({ hosts, networks: [] }, { limits: { headers: 300, body: 300, whole: 500 } });
  });
  afterEach(() => outbound.close());

  const partyOf = (config: IdentityProviderConfig): RelyingParty =>
    createRelyingParty(config, {
      fetch: outbound.fetch,
      clock: world.clock,
      redirectUri: `${HOME}/external/one/callback`,
    });
  const walk = async (party: RelyingParty): Promise<Vouched> => {
    const path = await backFrom(await party.begin(secrets, {}), HOME);
    return party.complete(new URL(path, HOME).searchParams, secrets, {});
  };
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof ProviderError ? error.failure : error),
    );

  it('[RN-16] authenticates with a signed assertion, and reads claims of the id_token or of userinfo', async () => {
    const claims = {
      given_name: 'Noor',
      family_name: 'Haddad',
      birthdate: '1980-02-03',
      mrn: 4711,
      email: 'N@EXAMPLE.org',
    };
    real.person = { sub: 'noor', claims, amr: ['pwd'] };
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const claimsFrom of ['id_token', 'userinfo']) {
      const config = configOf(real.issuer, {
        ...{ clientId: 'by-key', clientSecret: undefined, privateKey: pem, keyId: 'k1', claimsFrom },
        claims: { recordNumber: { claim: 'mrn', system: 'http://clinic.example.org/mrn' } },
      });
      const word = await walk(partyOf(config));
      const person = vouchedPerson(config, word, 'Service');
      assert.deepEqual(person.facts, {
        ...{ given: 'Noor', family: 'Haddad', birthDate: '1980-02-03', email: 'n@example.org' },
        identifier: { system: 'http://clinic.example.org/mrn', value: '4711' },
      });
      assert.deepEqual(person.amr, ['pwd']);
      assert.ok(!JSON.stringify(person.identity).includes('noor'), 'the subject is kept as a hash');
    }
  });

  it('[A11] [A12] asks with PKCE S256, state and nonce, and for nothing that was not configured', async () => {
    const address = new URL(await partyOf(configOf(made.issuer)).begin(secrets, { language: 'ar', maxAge: 300 }));
    const { code_challenge: challenge, ...query } = Object.fromEntries(address.searchParams);
    assert.match(challenge ?? '', /^[\w-]{43}$/);
    assert.notEqual(challenge, secrets.verifier);
    assert.deepEqual(query, {
      ...{ response_type: 'code', client_id: CLIENT, redirect_uri: `${HOME}/external/one/callback` },
      ...{ scope: 'openid profile email', state: secrets.state, nonce: secrets.nonce },
      ...{ code_challenge_method: 'S256', max_age: '300', ui_locales: 'ar' },
    });
  });

  it('[A32] a provider that is slow, silent, gone or floods ends in time, at each of its addresses', async () => {
    for (const path of ['/.well-known/openid-configuration', '/token', '/jwks', '/userinfo']) {
      const party = partyOf(configOf(made.issuer, { claimsFrom: 'userinfo' }));
      made.lie = { answers: { [path]: () => undefined } };
      assert.equal(await failure(walk(party)), 'unavailable', `${path} is silent`);
      made.lie = {
        answers: { [path]: response => response.writeHead(200, { 'content-type': 'application/json' }).write('{') },
      };
      assert.equal(await failure(walk(party)), 'unavailable', `${path} is slow`);
      made.lie = { answers: { [path]: response => response.end(`"${'x'.repeat(100_000)}"`) } };
      assert.equal(await failure(walk(party)), 'untrusted', `${path} floods`);
      outbound.close();
      outbound = createOutbound(
        { hosts: [new URL(made.issuer).host], networks: [] },
        { limits: { headers: 300, body: 300, whole: 500 } },
      );
    }
    const gone = partyOf(configOf('http://127.0.0.1:9'));
    assert.equal(await failure(gone.begin(secrets, {})), 'untrusted', 'a host that is not allowed is not dialled');
  });

  it('what a provider publishes is asked for once in an hour, and again after a failure', async () => {
    const party = partyOf(configOf(made.issuer));
    const asked = () => made.received.filter(({ url }) => url.startsWith('/.well-known/')).length;
    const before = asked();
    made.lie = { answers: { '/.well-known/openid-configuration': response => response.writeHead(503).end() } };
    assert.equal(await failure(party.begin(secrets, {})), 'unavailable');
    made.lie = {};
    await Promise.all(Array.from({ length: 5 }, () => party.begin(secrets, {})));
    assert.equal(asked() - before, 2);
    world.advance(3600_000);
    await party.begin(secrets, {});
    assert.equal(asked() - before, 3);
  });

  it('[RN-16] an id_token older than the sign-in that was asked for is refused', async () => {
    const party = partyOf(configOf(made.issuer));
    const asking = { maxAge: 300 };
    const hourAgo = Math.floor(Date.now() / 1000) - 3600;
    for (const [claims, expected] of [
      [(honest: Record<string, unknown>) => honest, 'none'],
      [(honest: Record<string, unknown>) => ({ ...honest, auth_time: hourAgo }), 'untrusted'],
      [({ auth_time: _, ...honest }: Record<string, unknown>) => honest, 'untrusted'],
    ] as const) {
      made.lie = { claims };
      const path = await backFrom(await party.begin(secrets, asking), HOME);
      assert.equal(await failure(party.complete(new URL(path, HOME).searchParams, secrets, asking)), expected);
    }
  });

  it('claims that are no facts are left out, and one that says who it is must be there', () => {
    const word = { amr: [], acr: undefined, authTime: undefined };
    const config = configOf(made.issuer, { claims: { id: 'employee' } });
    const odd = {
      employee: 'E1',
      birthdate: '0000-02-03',
      email: 'a@b@c',
      given_name: 7,
      family_name: 'x'.repeat(300),
    };
    assert.deepEqual(vouchedPerson(config, { ...word, claims: odd }, '').facts, { given: '7' });
    assert.throws(() => vouchedPerson(config, { ...word, claims: { sub: 'E1' } }, ''), ProviderError);
    const [one, two] = [config, configOf(made.issuer)].map(
      each => vouchedPerson(each, { ...word, claims: { sub: 'E1', employee: 'E1' } }, '').identity.subject,
    );
    assert.notEqual(one, two, 'the same text in another claim is somebody else');
  });

  it('errors tell neither answers nor secrets', () => {
    const error = providerError(new Error(`the secret ${SECRET}`));
    assert.deepEqual([error.failure, error.message.includes(SECRET)], ['untrusted', false]);
  });
});
