/**
 * What independent suites of SMART App Launch 2.2 look at in apps, in their order, against the program as it is started.
 * https://github.com/inferno-framework/smart-app-launch-test-kit https://hl7.org/fhir/smart-app-launch/
 */
import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { STATE, type TokenAnswer } from './launch.js';
import { get, isOpenToOrigin, ORIGIN, REDIRECT, Suite, ways, type SuiteClient } from './suite.js';

const SCOPE =
  'launch/patient openid fhirUser offline_access patient/Medication.rs patient/Observation.rs patient/Patient.rs';

describe('suites of SMART App Launch 2.2: standalone apps', () => {
  let suite: Suite;
  before(async () => {
    suite = await Suite.start();
  });
  after(() => suite.close());

  describe('discovery', () => {
    it('[R120] the well-known document is JSON, for everybody and every origin', async () => {
      const { status, headers } = await get(`${suite.program.portal}/.well-known/smart-configuration`, {
        origin: ORIGIN,
      });
      assert.equal(status, 200);
      assert.match(headers.get('content-type') ?? '', /^application\/json/);
      assert.ok(isOpenToOrigin(headers));
    });

    it('[R120] [R121] it has what apps need, and the capabilities of certified servers', () => {
      for (const name of ['authorization_endpoint', 'token_endpoint', 'issuer', 'jwks_uri', 'introspection_endpoint'])
        assert.equal(typeof suite.configuration[name], 'string', name);
      const { grant_types_supported: grants, code_challenge_methods_supported: methods } = suite.configuration;
      assert.ok((grants as string[]).includes('authorization_code'));
      assert.deepEqual(methods, ['S256']);
      const capabilities = suite.configuration['capabilities'] as string[];
      for (const one of [
        ...['launch-standalone', 'launch-ehr', 'client-public', 'client-confidential-symmetric', 'authorize-post'],
        ...[
          'client-confidential-asymmetric',
          'sso-openid-connect',
          'context-standalone-patient',
          'context-ehr-patient',
        ],
        ...['context-ehr-encounter', 'context-banner', 'context-style', 'permission-offline', 'permission-patient'],
        ...['permission-user', 'permission-v1', 'permission-v2'],
      ])
        assert.ok(capabilities.includes(one), one);
    });

    it('[R120] the CapabilityStatement names the same addresses, to every origin', async () => {
      const { status, headers, body } = await get(`${suite.program.portal}/metadata`, { origin: ORIGIN });
      assert.equal(status, 200);
      assert.ok(isOpenToOrigin(headers));
      const [{ security }] = body['rest'] as [
        { security: { extension: { extension: { url: string; valueUri: string }[] }[] } },
      ];
      const uris = new Map(security.extension[0]?.extension.map(({ url, valueUri }) => [url, valueUri]));
      assert.deepEqual(
        [uris.get('authorize'), uris.get('token')],
        [suite.configuration['authorization_endpoint'], suite.configuration['token_endpoint']],
      );
    });
  });

  for (const way of ways)
    describe(`standalone launch, ${way}`, () => {
      let client: SuiteClient;
      let tokens: TokenAnswer;
      before(async () => {
        client = await suite.registeredApp(way, `${SCOPE} launch patient/*.rs`);
        const done = await suite.app.authorize({ ...client, redirect: REDIRECT, scope: SCOPE });
        assert.equal(done.back.searchParams.get('state'), STATE);
        tokens = await suite.app.exchange(done, {}, client.authenticate);
      });

      it('[R124] [R125] the code is exchanged for what the specification lists', () => {
        const { status, headers, body } = tokens;
        assert.equal(status, 200, JSON.stringify(body));
        assert.match(headers.get('content-type') ?? '', /^application\/json/);
        assert.match(headers.get('cache-control') ?? '', /no-store/);
        assert.match(headers.get('pragma') ?? '', /no-cache/);
        assert.match(String(body['token_type']), /^bearer$/i);
        assert.equal(typeof body['expires_in'], 'number');
        assert.equal(body['patient'], 'demo-patient');
        assert.equal(typeof body['need_patient_banner'], 'boolean');
        for (const one of ['access_token', 'refresh_token', 'id_token', 'scope'])
          assert.equal(typeof body[one], 'string');
        const scopes = String(body['scope']).split(' ');
        for (const one of SCOPE.split(' ').filter(scope => !scope.includes('Medication')))
          assert.ok(scopes.includes(one), one);
      });

      it('[R125] the style of the portal is JSON, without a token', async () => {
        const { status, headers } = await get(String(tokens.body['smart_style_url']), { origin: ORIGIN });
        assert.equal(status, 200);
        assert.match(headers.get('content-type') ?? '', /^application\/json/);
      });

      it('[R128] the id_token is signed as the OpenID configuration says, and its user can be read', async () => {
        const issuer = String(suite.configuration['issuer']);
        const { status, headers, body } = await get(`${issuer}/.well-known/openid-configuration`, { origin: ORIGIN });
        assert.equal(status, 200);
        assert.match(headers.get('content-type') ?? '', /^application\/json/);
        assert.equal(body['issuer'], issuer);
        for (const one of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'])
          assert.equal(body[one], suite.configuration[one], one);
        assert.ok((body['id_token_signing_alg_values_supported'] as string[]).includes('RS256'));
        assert.ok(Array.isArray(body['response_types_supported']) && Array.isArray(body['subject_types_supported']));
        const idToken = String(tokens.body['id_token']);
        assert.equal(decodeProtectedHeader(idToken).alg, 'RS256');
        const keys = createRemoteJWKSet(new URL(String(body['jwks_uri'])));
        const { payload } = await jwtVerify(idToken, keys, { issuer, audience: client.client, algorithms: ['RS256'] });
        assert.ok(payload.sub && payload.sub.length < 256 && payload.exp && payload.iat);
        assert.match(String(payload['fhirUser']), /^http.*\/Patient\/demo-patient$/);
        const user = await fetch(String(payload['fhirUser']), {
          headers: { authorization: `Bearer ${String(tokens.body['access_token'])}`, origin: ORIGIN },
        });
        assert.equal(user.status, 200);
        assert.ok(isOpenToOrigin(user.headers));
      });

      it('[R127] its patient and granted types are read, nothing else, and nothing without the token', async () => {
        const bearer = tokens.body['access_token'];
        assert.equal((await suite.read('Patient/demo-patient', bearer)).status, 200);
        assert.equal((await suite.read('Observation?patient=demo-patient', bearer)).status, 200);
        assert.equal((await suite.read('Communication?subject=Patient/demo-patient', bearer)).status, 403);
        assert.equal((await suite.read('Patient/demo-harold-brookfield', bearer)).status, 404);
        assert.equal((await get(`${suite.program.portal}/Patient/demo-patient`)).status, 401);
      });

      it('[R129] it is refreshed, without scopes and with them; another refresh token is refused', async () => {
        let refresh = String(tokens.body['refresh_token']);
        const renew = (fields: Record<string, string>) =>
          suite.app.token({ grant_type: 'refresh_token', client_id: client.client, ...fields }, client.authenticate);
        for (const fields of [{}, { scope: String(tokens.body['scope']) }] as Record<string, string>[]) {
          const { status, headers, body } = await renew({ refresh_token: refresh, ...fields });
          assert.equal(status, 200, JSON.stringify(body));
          assert.match(headers.get('cache-control') ?? '', /no-store/);
          assert.equal(typeof body['expires_in'], 'number');
          assert.deepEqual(new Set(String(body['scope']).split(' ')), new Set(String(tokens.body['scope']).split(' ')));
          assert.equal((await suite.read('Patient/demo-patient', body['access_token'])).status, 200);
          refresh = String(body['refresh_token']);
        }
        assert.ok([400, 401].includes((await renew({ refresh_token: 'x' })).status));
      });
    });
});
