/** The standalone launch of a public app. https://hl7.org/fhir/smart-app-launch/app-launch.html */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import type { AuditEvent, Bundle, CapabilityStatement } from 'fhir/r4.js';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { eachApp } from './each-app.js';
import { offeredIn, STATE } from './launch.js';

eachApp('standalone launch', surroundings => {
  it('[R122] [R125] [R127] a patient launches an app, which reads their record and no other', async () => {
    const { app, server } = surroundings();
    const done = await app.authorize();
    assert.equal(done.back.searchParams.get('state'), STATE);
    assert.equal(done.back.searchParams.get('iss'), `${server.url}/oauth`);
    const { status, headers, body } = await app.exchange(done);
    assert.equal(status, 200);
    assert.match(headers.get('cache-control') ?? '', /no-store/);
    assert.equal(headers.get('pragma'), 'no-cache');
    assert.deepEqual([body['token_type'], body['expires_in']], ['Bearer', 3600]);
    assert.equal(body['scope'], 'openid fhirUser launch/patient offline_access patient/*.rs');
    assert.deepEqual(
      [body['patient'], body['need_patient_banner'], body['tenant']],
      ['demo-patient', true, '127.0.0.1'],
    );
    const style = await fetch(String(body['smart_style_url']));
    assert.match(style.headers.get('content-type') ?? '', /json/);
    assert.equal(((await style.json()) as Record<string, string>)['color_highlight'], '#17595a');
    const token = body['access_token'];
    assert.equal(await app.read(token, 'Patient/demo-patient'), 200);
    assert.equal(await app.read(token, 'Observation?patient=demo-patient'), 200);
    assert.equal(await app.read(token, 'Patient/demo-harold-brookfield'), 404);
    assert.equal(await app.read(undefined, 'Patient/demo-patient'), 401);
  });

  it('[R6] the statement names the addresses of the SMART configuration', async () => {
    const { app, server } = surroundings();
    const configuration = await app.configuration();
    for (const base of [server.portal, server.customer]) {
      const statement = (await (await fetch(`${base}/metadata`)).json()) as CapabilityStatement;
      const security = statement.rest?.[0]?.security;
      assert.equal(security?.service?.[0]?.coding?.[0]?.code, 'SMART-on-FHIR');
      const uris = security.extension?.find(({ url }) => url.endsWith('/StructureDefinition/oauth-uris'));
      const named = Object.fromEntries((uris?.extension ?? []).map(({ url, valueUri }) => [url, valueUri]));
      assert.deepEqual(
        [named['authorize'], named['token']],
        ['authorization', 'token'].map(name => configuration[`${name}_endpoint`]),
      );
    }
  });

  it('[R121] the capabilities that suites ask for', async () => {
    const { capabilities } = (await surroundings().app.configuration()) as unknown as { capabilities: string[] };
    for (const capability of [
      ...['launch-standalone', 'launch-ehr', 'client-public', 'client-confidential-symmetric', 'sso-openid-connect'],
      ...['client-confidential-asymmetric', 'context-standalone-patient', 'context-ehr-patient', 'context-banner'],
      ...['context-ehr-encounter', 'context-style', 'permission-offline', 'permission-patient', 'permission-user'],
      ...['authorize-post', 'permission-v1', 'permission-v2'],
    ])
      assert.ok(capabilities.includes(capability), capability);
  });

  it('[R128] the id_token names the person by an address that the token reads', async () => {
    const { app, server } = surroundings();
    const { id_token: idToken, access_token: token } = await app.launch();
    const discovery = (await (await fetch(`${server.url}/oauth/.well-known/openid-configuration`)).json()) as Record<
      string,
      string & string[]
    >;
    assert.equal(discovery['issuer'], `${server.url}/oauth`);
    assert.ok(discovery['id_token_signing_alg_values_supported']?.includes('RS256'));
    assert.deepEqual(discovery['subject_types_supported'], ['public']);
    for (const name of Object.keys(discovery)) assert.doesNotMatch(name, /dpop|pushed|userinfo|end_session/);
    const published = await fetch(discovery['jwks_uri'] ?? '');
    assert.equal(published.headers.get('set-cookie'), null);
    const keys = (await published.json()) as JSONWebKeySet;
    assert.ok(keys.keys.every(key => key.kty === 'RSA' && key.kid !== undefined && !('d' in key)));
    const { payload, protectedHeader } = await jwtVerify(String(idToken), createLocalJWKSet(keys), {
      issuer: `${server.url}/oauth`,
      audience: 'demo-app',
      algorithms: ['RS256'],
    });
    assert.ok(protectedHeader.kid);
    assert.equal(payload['fhirUser'], `${server.portal}/Patient/demo-patient`);
    assert.equal(await app.read(token, 'Patient/demo-patient'), 200);
  });

  it('[R126] a proxy launches an app for the child alone, as their RelatedPerson', async () => {
    const { app, server } = surroundings();
    const body = await app.launch({ person: 'Person/demo-proxy' });
    assert.equal(body['patient'], 'demo-ruby-delacroixjones');
    const claims = JSON.parse(Buffer.from(String(body['id_token']).split('.')[1] ?? '', 'base64url').toString()) as {
      fhirUser: string;
    };
    assert.equal(claims.fhirUser, `${server.portal}/RelatedPerson/demo-proxy`);
    assert.equal(await app.read(body['access_token'], 'RelatedPerson/demo-proxy'), 200);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-ruby-delacroixjones'), 200);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 404);
  });

  it('[H06] the audit tells who let which app see whose record, and what of it', async () => {
    const { app, server } = surroundings();
    await app.launch({ person: 'Person/demo-proxy' });
    const query = 'AuditEvent?patient=Patient/demo-ruby-delacroixjones&_count=50';
    const headers = { authorization: `Bearer ${server.token('demo-agent', 'Practitioner/demo-auditor')}` };
    const found = (await (await fetch(`${server.portal}/${query}`, { headers })).json()) as Bundle<AuditEvent>;
    const events = (found.entry ?? []).map(({ resource }) => resource);
    const event = events.find(one => one?.subtype?.[0]?.code === '110136');
    assert.deepEqual(
      event?.agent.map(({ altId }) => altId),
      ['Person/demo-proxy', 'demo-app'],
    );
    assert.match(JSON.stringify(event), /patient\/\*\.rs/);
  });

  it('[R126] [D01] nobody picks a patient that is not theirs', async () => {
    const { app } = surroundings();
    const { back } = await app.authorize({ patient: 'demo-ruby-delacroixjones' });
    assert.equal(back.searchParams.get('error'), 'access_denied');
  });

  it('[R122] authorizes by POST as by GET', async () => {
    const { app } = surroundings();
    const body = await app.launch({ method: 'POST' });
    assert.equal(body['patient'], 'demo-patient');
  });

  it('[R126] [A29] the person leaves types out, and the app reads exactly the rest', async () => {
    const { app } = surroundings();
    const body = await app.launch({
      scope: 'openid launch/patient offline_access patient/*.rs',
      choose: offered => offered.filter(one => !/Observation|offline/.test(one)),
    });
    const scopes = String(body['scope']).split(' ');
    assert.ok(scopes.includes('patient/Patient.rs'), String(body['scope']));
    assert.ok(!scopes.some(one => one.includes('*') || one.includes('Observation') || one === 'offline_access'));
    assert.equal(body['refresh_token'], undefined);
    assert.equal(await app.read(body['access_token'], 'Observation?patient=demo-patient'), 403);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
  });

  it('[R126] [B39] the person narrows observations to a category', async () => {
    const { app } = surroundings();
    const category = 'http://terminology.hl7.org/CodeSystem/observation-category';
    const body = await app.launch({
      scope: 'launch/patient patient/Patient.rs patient/Observation.rs',
      choose: () => ['patient/Patient.rs', `patient/Observation.rs?category=${category}|laboratory`],
    });
    assert.equal(
      body['scope'],
      `launch/patient patient/Patient.rs patient/Observation.rs?category=${category}|laboratory`,
    );
    assert.equal(await app.read(body['access_token'], 'Observation/demo-body-weight'), 404);
  });

  it('[R126] scopes of version 1 are granted as they were asked for, and mean what they mean', async () => {
    const { app } = surroundings();
    const body = await app.launch({ scope: 'launch/patient patient/Patient.read patient/Observation.read' });
    assert.equal(body['scope'], 'launch/patient patient/Patient.read patient/Observation.read');
    assert.equal(await app.read(body['access_token'], 'Observation?patient=demo-patient'), 200);
  });

  it('[A22] [B40] what a person may not do themselves is not granted, nor what is for systems', async () => {
    const { app } = surroundings();
    const scope = 'launch/patient patient/Practitioner.cruds patient/AuditEvent.rs system/Patient.rs user/Task.$claim';
    assert.equal((await app.launch({ scope }))['scope'], 'launch/patient patient/Practitioner.rs');
  });

  it('[A29] who denies, or leaves everything out, gives the app an error with its state', async () => {
    const { app } = surroundings();
    const asked = await app.ask();
    const page = await app.signIn(asked);
    const { url } = await asked.jar.send(page, [['do', 'deny']], asked.redirect);
    const denied = new URL(url).searchParams;
    assert.deepEqual([denied.get('error'), denied.get('state'), denied.get('code')], ['access_denied', STATE, null]);
    const { back } = await app.authorize({ choose: () => [] });
    assert.equal(back.searchParams.get('error'), 'access_denied');
  });

  it('[A22] [A29] what the page does not offer is not granted, whatever the form says', async () => {
    const { app } = surroundings();
    const scope = 'launch/patient patient/Patient.rs';
    const stray = ['patient/AuditEvent.rs', 'patient/*.cruds', 'system/*.cruds', 'offline_access', 'user/*.rs'];
    assert.equal((await app.launch({ scope, choose: offered => [...offered, ...stray] }))['scope'], scope);
    const { back } = await app.authorize({ scope, choose: () => stray });
    assert.equal(back.searchParams.get('error'), 'access_denied');
  });

  it('[B35] the address that a caller names this server by is in no answer', async () => {
    const { server } = surroundings();
    const { port } = new URL(server.url);
    for (const path of [
      '/oauth/.well-known/openid-configuration',
      '/oauth/authorize?client_id=demo-app&response_type=code',
    ]) {
      const text = await new Promise<string>((resolve, reject) => {
        const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
        get({ host: '127.0.0.1', port, path, headers }, answer => {
          let body = JSON.stringify(answer.headers);
          answer.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve(body));
        }).on('error', reject);
      });
      assert.ok(!text.includes('evil.example'), text);
    }
  });

  it('[C17] [C24] the form is taken from its own page alone, and leads nowhere else', async () => {
    const { app, server } = surroundings();
    const asked = await app.ask();
    const page = await app.signIn(asked);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, new RegExp(`form-action 'self' ${server.url};`));
    assert.ok(!policy.includes('script-src'));
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    const body = new URLSearchParams({ do: 'allow', token: 'x' });
    const refused = await asked.jar.fetch(page.url, { method: 'POST', body });
    assert.equal(refused.status, 403);
    const stranger = await fetch(page.url, { method: 'POST', body, redirect: 'manual' });
    assert.equal(stranger.status, 400);
    assert.ok(offeredIn(page).length > 0);
  });

  it('each launch in one browser asks anew, and has its own context', async () => {
    const { app } = surroundings();
    const asked = await app.ask();
    const first = await app.launch({ jar: asked.jar });
    const second = await app.launch({ jar: asked.jar, person: 'Person/demo-proxy' });
    assert.deepEqual([first['patient'], second['patient']], ['demo-patient', 'demo-ruby-delacroixjones']);
    assert.equal(await app.read(first['access_token'], 'Patient/demo-patient'), 200);
  });
});
