/**
 * What independent suites look at beside a standalone launch: launches by an EHR, restricted scopes, what must fail, revocation,
 * introspection, backend services. https://github.com/onc-healthit/onc-certification-g10-test-kit
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { post, type LaunchOptions, type TokenAnswer } from './launch.js';
import { assertion, basic, JWT_BEARER, keyPair, publishing, system, type KeyPair } from './registering.js';
import { get, ORIGIN, REDIRECT, isOpenToOrigin, Suite, ways, type Json, type SuiteClient } from './suite.js';

const USER = 'launch openid fhirUser offline_access user/Observation.rs user/Patient.rs user/Practitioner.rs';
const PATIENT =
  'launch/patient openid fhirUser offline_access patient/Observation.rs patient/Patient.rs patient/Communication.rs';
const CLINICIAN = 'Practitioner/demo-clinician';

describe('suites of SMART App Launch 2.2: EHR launch and the rest', () => {
  let suite: Suite;
  let client: SuiteClient;
  before(async () => {
    suite = await Suite.start();
    client = await suite.registeredApp('public', `${PATIENT} ${USER} patient/*.rs user/*.rs`);
  });
  after(() => suite.close());

  const standalone = (options: LaunchOptions = {}) =>
    suite.app.authorize({ ...client, redirect: REDIRECT, scope: PATIENT, ...options });
  const launched = async (options: LaunchOptions = {}): Promise<Json> => {
    const { status, body } = await suite.app.exchange(await standalone(options), {}, client.authenticate);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const refresh = (token: unknown) =>
    suite.app.token({ grant_type: 'refresh_token', refresh_token: String(token), client_id: client.client });

  for (const way of ways)
    for (const method of ['GET', 'POST'] as const)
      it(`[R122] [R130] an EHR opens the app on a patient and an encounter, ${way}, authorized by ${method}`, async () => {
        const opened = await suite.registeredApp(way, `${USER} patient/Patient.rs`);
        const { parameter } = (await suite.call('Patient/demo-patient/$launch', [
          { name: 'client', valueString: opened.client },
          { name: 'encounter', valueReference: { reference: 'Encounter/e1' } },
        ])) as { parameter: [{ valueString: string }] };
        const done = await suite.app.authorize({
          ...opened,
          ...{ redirect: REDIRECT, scope: USER, person: CLINICIAN, method },
          extra: { launch: parameter[0].valueString },
        });
        const { status, body } = await suite.app.exchange(done, {}, opened.authenticate);
        assert.equal(status, 200, JSON.stringify(body));
        assert.deepEqual([body['patient'], body['encounter']], ['demo-patient', 'e1']);
        assert.equal(typeof body['need_patient_banner'], 'boolean');
        assert.equal((await get(String(body['smart_style_url']))).status, 200);
        assert.equal((await suite.read('Patient/demo-patient', body['access_token'])).status, 200);
        const { fhirUser } = decodeJwt(String(body['id_token']));
        assert.equal(
          (await suite.read(String(fhirUser).slice(suite.program.portal.length + 1), body['access_token'])).status,
          200,
        );
      });

  it('[R123] a wrong aud gives no code', async () => {
    for (const aud of ['https://elsewhere.example/fhir', suite.program.url, suite.program.customer, '']) {
      const { shown } = await suite.app.ask({ ...client, redirect: REDIRECT, extra: { aud } });
      assert.ok(!shown.url.includes('code='), aud);
      const isTold = shown.url.startsWith(REDIRECT) ? shown.url.includes('error=') : shown.status >= 400;
      assert.ok(isTold, `${shown.status} ${shown.url}`);
    }
  });

  it('[R124] a launch without its code_verifier gives no token', async () => {
    const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
    for (const verifierOf of [() => '', () => ' ', () => 'x'.repeat(64), challengeOf]) {
      const again = await standalone();
      const { status, body } = await suite.app.exchange(again, { code_verifier: verifierOf(again.verifier) });
      assert.ok([400, 401].includes(status), String(status));
      assert.equal(body['access_token'], undefined);
    }
    const plain = await suite.app.ask({ ...client, redirect: REDIRECT, extra: { code_challenge_method: 'plain' } });
    assert.match(plain.shown.url, /error=invalid_request/);
    const none = await suite.app.ask({
      ...client,
      ...{ redirect: REDIRECT, extra: { code_challenge: '', code_challenge_method: '' } },
    });
    assert.match(none.shown.url, /error=invalid_request/);
  });

  it('[R124] a bad code and a bad client id give no token', async () => {
    const done = await standalone();
    assert.equal((await suite.app.exchange(done, { code: 'BAD_CODE' })).status, 400);
    assert.ok([400, 401].includes((await suite.app.exchange(done, { client_id: 'BAD_ID' })).status));
  });

  it('[R126] [R127] a limited app has what the person left', async () => {
    const tokens = await launched({ choose: offered => offered.filter(scope => !scope.includes('Communication')) });
    assert.deepEqual(
      new Set(String(tokens['scope']).split(' ')),
      new Set(PATIENT.split(' ').filter(scope => !scope.includes('Communication'))),
    );
    assert.equal((await suite.read('Communication?patient=demo-patient', tokens['access_token'])).status, 403);
    assert.equal((await suite.read('Observation?patient=demo-patient', tokens['access_token'])).status, 200);
  });

  it('[R126] a scope of a resource is narrowed to categories by the person', async () => {
    const vitals =
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs';
    const tokens = await launched({
      choose: offered => [...offered.filter(one => !one.includes('Observation')), vitals],
    });
    assert.ok(String(tokens['scope']).split(' ').includes(vitals));
    assert.ok(!String(tokens['scope']).split(' ').includes('patient/Observation.rs'));
    const { body } = await suite.read('Observation?patient=demo-patient', tokens['access_token']);
    const categories = ((body['entry'] ?? []) as { resource: { category: { coding: { code: string }[] }[] } }[]).map(
      ({ resource }) => resource.category.flatMap(({ coding }) => coding.map(({ code }) => code)),
    );
    assert.ok(categories.length > 0 && categories.every(one => one.includes('vital-signs')));
  });

  it('[R126] scopes of version 1 are taken and told as they were asked for', async () => {
    const scope = 'launch/patient openid fhirUser patient/Patient.read patient/Observation.read';
    const tokens = await launched({ scope });
    assert.deepEqual(new Set(String(tokens['scope']).split(' ')), new Set(scope.split(' ')));
    assert.equal((await suite.read('Observation?patient=demo-patient', tokens['access_token'])).status, 200);
  });

  it('[R125] the token endpoint answers the origin of the app, and no other', async () => {
    const done = await standalone();
    const answer = await suite.app.exchange(done, {}, () => ({ headers: { origin: ORIGIN } }));
    assert.equal(answer.status, 200);
    assert.ok(isOpenToOrigin(answer.headers));
    const endpoint = String(suite.configuration['token_endpoint']);
    const headers = {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await fetch(endpoint, { method: 'OPTIONS', headers });
    assert.ok(preflight.ok && isOpenToOrigin(preflight.headers));
  });

  it('[R132] what is revoked reads nothing and is not refreshed', async () => {
    for (const kind of ['access_token', 'refresh_token']) {
      const tokens = await launched();
      const endpoint = String(suite.configuration['revocation_endpoint']);
      const form = new URLSearchParams({ token: String(tokens[kind]), client_id: client.client });
      assert.equal((await post(endpoint, form)).status, 200);
      assert.equal((await suite.read('Patient/demo-patient', tokens['access_token'])).status, 401);
      assert.equal((await refresh(tokens['refresh_token'])).status, 400);
    }
  });

  it('[R131] introspection tells a resource server what the token answer told the app', async () => {
    const { id, secret } = await suite.registered(system({ introspects: true }));
    const ask = async (token: unknown): Promise<TokenAnswer> =>
      post(
        String(suite.configuration['introspection_endpoint']),
        new URLSearchParams({ token: String(token) }),
        basic(id, secret)('').headers,
      );
    const tokens = await launched();
    const { status, body } = await ask(tokens['access_token']);
    const { iss, sub, fhirUser } = decodeJwt(String(tokens['id_token']));
    assert.equal(status, 200);
    assert.deepEqual(
      [body['active'], body['client_id'], body['patient'], body['iss'], body['sub'], body['fhirUser']],
      [true, client.client, 'demo-patient', iss, sub, fhirUser],
    );
    assert.deepEqual(new Set(String(body['scope']).split(' ')), new Set(String(tokens['scope']).split(' ')));
    assert.ok(Number(body['exp']) > Date.now() / 1000 - 600);
    assert.deepEqual((await ask('INVALID_TOKEN')).body, { active: false });
  });

  for (const alg of ['RS384', 'ES384'] as const)
    describe(`backend services, ${alg}`, () => {
      let pair: KeyPair;
      let id: string;
      const endpoint = () => String(suite.configuration['token_endpoint']);
      const good = async (): Promise<Record<string, string>> => ({
        ...{ grant_type: 'client_credentials', scope: 'system/*.read', client_assertion_type: JWT_BEARER },
        client_assertion: await assertion(id, endpoint(), pair),
      });
      const ask = async (change: Record<string, string> = {}) =>
        post(endpoint(), new URLSearchParams({ ...(await good()), ...change }));
      before(async () => {
        pair = await keyPair(alg);
        const jwks = { keys: [pair.publicJwk] };
        ({ id } = await suite.registered(
          system({ token_endpoint_auth_method: 'private_key_jwt', jwks, scope: 'system/*.rs' }),
        ));
      });

      it('[R133] a wrong grant type, type of assertion, or JWT is refused', async () => {
        assert.equal((await ask({ grant_type: 'not_a_grant_type' })).status, 400);
        assert.equal((await ask({ client_assertion_type: 'not_an_assertion_type' })).status, 400);
        const other = await assertion('not_a_valid_iss', endpoint(), pair, { claims: { sub: id } });
        assert.ok([400, 401].includes((await ask({ client_assertion: other })).status));
      });

      it('[R133] the token tells its scope, and reads', async () => {
        const { status, body } = await ask();
        assert.equal(status, 200, JSON.stringify(body));
        assert.match(String(body['token_type']), /^bearer$/i);
        assert.deepEqual([typeof body['expires_in'], body['scope']], ['number', 'system/*.read']);
        assert.equal((await suite.read('Patient?_count=1', body['access_token'])).status, 200);
      });

      it('[R124] [R133] keys are published at an address', () =>
        publishing(
          () => ({ body: JSON.stringify({ keys: [pair.publicJwk] }) }),
          async jwks_uri => {
            const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri, scope: 'system/*.rs' };
            const published = await suite.registered(system(metadata));
            const client_assertion = await assertion(published.id, endpoint(), pair);
            assert.equal((await ask({ client_assertion })).status, 200);
          },
        ));
    });
});
