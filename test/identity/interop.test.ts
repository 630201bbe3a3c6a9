/** Libraries that others use get through the authorization server as it is. */
import assert from 'node:assert/strict';
import { Client } from 'fhir-kit-client';
import * as oidc from 'openid-client';
import { importPKCS8, exportPKCS8 } from 'jose';
import { eachApp } from './each-app.js';
import { keyPair, register, system } from './registering.js';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- the server under test has no TLS
const insecure = { execute: [oidc.allowInsecureRequests] };

eachApp('libraries', surroundings => {
  it('[R128] openid-client discovers, signs in, refreshes, introspects and revokes', async () => {
    const { app, server } = surroundings();
    const issuer = new URL(`${server.url}/oauth`);
    const config = await oidc.discovery(issuer, 'demo-app', undefined, oidc.None(), insecure);
    assert.equal(config.serverMetadata().supportsPKCE(), true);
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
    const redirect = `${server.url}/demo-app`;
    const address = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'openid fhirUser offline_access launch/patient patient/*.rs',
      aud: server.portal,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const asked = await app.ask();
    const shown = await asked.jar.open(address.href, redirect);
    const page = await app.signIn({ ...asked, shown });
    const { url } = await app.allow(asked, page, {});
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, new URL(url), checks);
    assert.equal(tokens['patient'], 'demo-patient');
    assert.equal(tokens.claims()?.['fhirUser'], `${server.portal}/Patient/demo-patient`);
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.equal(await app.read(refreshed.access_token, 'Patient/demo-patient'), 200);
    assert.equal((await oidc.tokenIntrospection(config, refreshed.access_token)).active, true);
    await oidc.tokenRevocation(config, refreshed.access_token);
    assert.equal(await app.read(refreshed.access_token, 'Patient/demo-patient'), 401);
  });

  for (const alg of ['RS384', 'ES384'] as const)
    it(`[R133] openid-client and fhir-kit-client as a backend service, ${alg}`, async () => {
      const { server } = surroundings();
      const pair = await keyPair(alg);
      const jwks = { keys: [pair.publicJwk] };
      const { body } = await register(server, system({ token_endpoint_auth_method: 'private_key_jwt', jwks }));
      const key = await importPKCS8(await exportPKCS8(pair.privateKey), alg);
      const authentication = oidc.PrivateKeyJwt({ key, kid: 'k1' });
      const issuer = new URL(`${server.url}/oauth`);
      const config = await oidc.discovery(issuer, String(body['client_id']), undefined, authentication, insecure);
      const { access_token } = await oidc.clientCredentialsGrant(config, { scope: 'system/Patient.rs' });

      const client = new Client({ baseUrl: server.portal, bearerToken: access_token });
      const patient = await client.read({ resourceType: 'Patient', id: 'demo-patient' });
      assert.equal(patient['id'], 'demo-patient');
      const found = await client.search({
        resourceType: 'Patient',
        searchParams: { _count: '2', family: 'Whitfield' },
      });
      assert.equal(found['resourceType'], 'Bundle');
      await assert.rejects(client.search({ resourceType: 'Observation', searchParams: {} }), /403/);
    });

  it('[R6] [R120] fhir-kit-client finds the addresses in the SMART configuration and in the CapabilityStatement, each alone', async () => {
    const { server } = surroundings();
    const client = new Client({ baseUrl: server.portal });
    for (const source of ['/.well-known/smart-configuration', '/metadata'])
      await onlyAt(server.portal + source, async () => {
        const found = (await client.smartAuthMetadata()) as Record<string, URL | undefined>;
        assert.deepEqual(
          [found['authorizeUrl']?.href, found['tokenUrl']?.href],
          [`${server.url}/oauth/authorize`, `${server.url}/oauth/token`],
          source,
        );
      });
  });
});

/** Lets requests through to one address alone while `use` runs. */
async function onlyAt(address: string, use: () => Promise<void>): Promise<void> {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const { url } = new Request(input, init);
    return url === address ? fetch(input, init) : Promise.resolve(new Response('{}', { status: 404 }));
  };
  try {
    await use();
  } finally {
    globalThis.fetch = fetch;
  }
}
