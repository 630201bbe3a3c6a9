/** Medplum's client, as far as its flows are standard: docs/conformance.md says what is not. https://www.medplum.com/docs/sdk/core.medplumclient */
import assert from 'node:assert/strict';
import { ClientStorage, MedplumClient, MemoryStorage } from '@medplum/core';
import type { Bundle, Patient } from 'fhir/r4.js';
import { eachApp } from './each-app.js';
import { app as appMetadata, assertion, keyPair, register, system } from './registering.js';

const REDIRECT = 'https://app.example.org/back';

/** PKCE is for browsers: it encodes by `window.btoa`. */
async function inBrowser<T>(run: () => Promise<T>): Promise<T> {
  Object.assign(globalThis, { window: globalThis });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(globalThis, 'window');
  }
}

eachApp('MedplumClient', surroundings => {
  /** @param scope that it does not send with client credentials, and this server asks for */
  function client(clientId: string, scope?: string): MedplumClient {
    const { url } = surroundings().server;
    return new MedplumClient({
      ...{ baseUrl: `${url}/`, fhirUrlPath: 'fhir/portal', tokenUrl: `${url}/oauth/token`, clientId },
      storage: new ClientStorage(new MemoryStorage()),
      fetch: (address: string, init: RequestInit = {}) => {
        if (scope === undefined || !address.endsWith('/oauth/token')) return fetch(address, init);
        const form = new URLSearchParams(init.body as URLSearchParams);
        form.set('scope', scope);
        return fetch(address, { ...init, body: form });
      },
    });
  }

  async function registered(metadata: object): Promise<{ id: string; secret: string }> {
    const { status, body } = await register(surroundings().server, metadata);
    assert.equal(status, 201, JSON.stringify(body));
    return { id: String(body['client_id']), secret: String(body['client_secret']) };
  }

  const scope = 'system/Patient.cruds system/Observation.rs';

  it('[R133] reads, searches, creates, changes and deletes with client credentials', async () => {
    const { id, secret } = await registered(system({ scope, token_endpoint_auth_method: 'client_secret_post' }));
    const medplum = client(id, scope);
    await medplum.startClientLogin(id, secret);
    assert.equal((await medplum.readResource('Patient', 'demo-patient')).id, 'demo-patient');
    const name = [{ family: 'Medplum', given: ['Mona'] }];
    const made = await medplum.createResource<Patient>({ resourceType: 'Patient', active: true, name });
    assert.match(made.id, /./);
    const changed = await medplum.updateResource<Patient>({ ...made, birthDate: '1980-02-03' });
    assert.notEqual(changed.meta?.versionId, made.meta?.versionId);
    const found = await medplum.search('Patient', 'family=Medplum');
    assert.deepEqual(
      (found as Bundle).entry?.map(({ resource }) => resource?.id),
      [made.id],
    );
    const history = await medplum.readHistory('Patient', made.id);
    assert.equal(history.entry?.length, 2);
    await medplum.deleteResource('Patient', made.id);
    await assert.rejects(medplum.readResource('Patient', made.id, { cache: 'reload' }));
    await assert.rejects(medplum.createResource({ resourceType: 'Observation', status: 'final', code: { text: 'x' } }));
  });

  it('[R133] is a backend service with a key', async () => {
    const pair = await keyPair('ES384');
    const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [pair.publicJwk] }, scope };
    const { id } = await registered(system(keyed));
    const medplum = client(id, scope);
    const { token_endpoint: endpoint = '' } = await surroundings().app.configuration();
    await medplum.startJwtAssertionLogin(await assertion(id, endpoint, pair));
    assert.equal((await medplum.readResource('Patient', 'demo-patient')).id, 'demo-patient');
  });

  it('[R122] [R124] [R129] launches with PKCE, reads, and refreshes', async () => {
    const { app, server, world } = surroundings();
    const { id } = await registered(appMetadata({ redirect_uris: [REDIRECT] }));
    const medplum = client(id);
    const { codeChallenge, codeChallengeMethod } = await inBrowser(() => medplum.startPkce());
    const asked = await app.ask();
    const address = medplum.getExternalAuthRedirectUri(
      `${server.url}/oauth/authorize?${new URLSearchParams({ aud: server.portal }).toString()}`,
      ...([id, REDIRECT] as const),
      { codeChallenge, codeChallengeMethod, scope: 'openid launch/patient offline_access patient/*.rs' },
    );
    const shown = await asked.jar.open(address, REDIRECT);
    const { url } = await app.allow({ ...asked, redirect: REDIRECT }, await app.signIn({ ...asked, shown }), {});
    const code = new URL(url).searchParams.get('code') ?? '';
    await medplum.processCode(code, { clientId: id, redirectUri: REDIRECT });
    assert.equal((await medplum.readResource('Patient', 'demo-patient')).id, 'demo-patient');
    const before = medplum.getAccessToken();
    world.advance(3_600_001);
    assert.ok((await medplum.searchResources('Observation', 'subject=Patient/demo-patient')).length > 0);
    assert.notEqual(medplum.getAccessToken(), before);
  });
});
