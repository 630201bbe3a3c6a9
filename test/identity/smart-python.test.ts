/** The SMART client of Python gets through the authorization server as it is. https://github.com/smart-on-fhir/client-py */
import assert from 'node:assert/strict';
import { hasSmartPython, runSmartClient } from '../fixtures/smart-python.js';
import { eachApp } from './each-app.js';
import { app as appMetadata, assertion, keyPair, register, system } from './registering.js';

const REDIRECT = 'https://app.example.org/back';
const SCOPE = 'openid fhirUser offline_access patient/Patient.rs patient/Observation.rs';

if (hasSmartPython)
  eachApp('the SMART client of Python', surroundings => {
    const registered = async (metadata: object) => {
      const { status, body } = await register(surroundings().server, metadata);
      assert.equal(status, 201, JSON.stringify(body));
      return { app_id: String(body['client_id']), app_secret: body['client_secret'] };
    };

    /** A person of the demo opens the address, and grants what the app asks for. */
    async function granted(address: string, person: string): Promise<string> {
      const { app } = surroundings();
      const asked = await app.ask();
      const shown = await asked.jar.open(address, REDIRECT);
      return (await app.allow({ ...asked, redirect: REDIRECT }, await app.signIn({ ...asked, shown }, person), {})).url;
    }

    for (const method of ['none', 'client_secret_basic'])
      it(`[R122] [R124] [R129] launches an app: PKCE, the patient's record, a refresh; ${method}`, async () => {
        const { portal } = surroundings().server;
        const metadata = appMetadata({ redirect_uris: [REDIRECT], token_endpoint_auth_method: method });
        const settings = { ...(await registered(metadata)), api_base: portal, redirect_uri: REDIRECT, scope: SCOPE };
        const seen = await runSmartClient(settings, address => granted(address, 'Person/demo-patient'));
        assert.deepEqual([seen['patient'], seen['again'], seen['refreshed']], ['demo-patient', 'demo-patient', true]);
        assert.match(String(seen['born']), /^\d{4}-\d\d-\d\d$/);
        assert.ok((seen['observations'] as string[]).length > 0);
      });

    it('[R130] is opened by an EHR', async () => {
      const { server } = surroundings();
      const client = await registered(appMetadata({ redirect_uris: [REDIRECT] }));
      const answer = await fetch(`${server.portal}/Patient/demo-patient/$launch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token('demo-ehr')}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({
          resourceType: 'Parameters',
          parameter: [{ name: 'client', valueString: client.app_id }],
        }),
      });
      const { parameter } = (await answer.json()) as { parameter: [{ valueString: string }] };
      const seen = await runSmartClient(
        {
          ...{ ...client, api_base: server.portal, redirect_uri: REDIRECT },
          ...{ launch_token: parameter[0].valueString, scope: 'openid fhirUser user/Patient.rs user/Observation.rs' },
        },
        address => granted(address, 'Practitioner/demo-clinician'),
      );
      assert.equal(seen['patient'], 'demo-patient');
    });

    it('[R133] is a backend service, with a key and with a secret', async () => {
      const { server, app } = surroundings();
      const { token_endpoint: endpoint = '' } = await app.configuration();
      const pair = await keyPair('ES384');
      const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [pair.publicJwk] } };
      const { app_id } = await registered(system(keyed));
      const common = { api_base: server.portal, scope: 'system/Patient.rs system/Observation.rs' };
      const jwt_token = await assertion(app_id, endpoint, pair);
      for (const client of [{ app_id, jwt_token }, await registered(system())])
        assert.equal((await runSmartClient({ ...common, ...client }))['patient'], 'demo-patient');
    });
  });
