/** Apps that a trusted system opens. https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch */
import assert from 'node:assert/strict';
import { eachApp } from './each-app.js';
import { STATE, type LaunchOptions } from './launch.js';

eachApp('EHR launch', surroundings => {
  const scope = 'openid fhirUser launch patient/*.rs';

  async function announce(parameters: object[] = [], patient = 'demo-patient', client = 'demo-app'): Promise<string> {
    const { server } = surroundings();
    const answer = await fetch(`${server.portal}/Patient/${patient}/$launch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token('demo-system')}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [{ name: 'client', valueString: client }, ...parameters],
      }),
    });
    const body = (await answer.json()) as { parameter?: { name: string; valueString: string }[] };
    assert.equal(answer.status, 200, JSON.stringify(body));
    const [out] = body.parameter ?? [];
    assert.equal(out?.name, 'launch');
    return out.valueString;
  }

  const open = (launch: string, options: LaunchOptions = {}) =>
    surroundings().app.launch({ scope, person: 'Practitioner/demo-clinician', extra: { launch }, ...options });

  const refused = async (launch: string, options: LaunchOptions = {}) => {
    const person = 'Practitioner/demo-clinician';
    const { back } = await surroundings().app.authorize({ scope, person, extra: { launch }, ...options });
    const { searchParams: answer } = back;
    assert.deepEqual([answer.get('error'), answer.get('state'), answer.get('code')], ['invalid_request', STATE, null]);
  };

  it('[R130] a clinician opens an app on a patient and an encounter, and it reads that patient alone', async () => {
    const { app, server } = surroundings();
    const launch = await announce([
      { name: 'user', valueReference: { reference: 'Practitioner/demo-clinician' } },
      { name: 'encounter', valueReference: { reference: 'Encounter/e1' } },
      { name: 'fhirContext', valueReference: { reference: `${server.portal}/Observation/demo-body-weight` } },
      { name: 'intent', valueString: 'reconcile-medications' },
      { name: 'needPatientBanner', valueBoolean: false },
    ]);
    const body = await open(launch);
    assert.deepEqual(
      [body['patient'], body['encounter'], body['need_patient_banner'], body['intent'], body['fhirContext']],
      ['demo-patient', 'e1', false, 'reconcile-medications', [{ reference: 'Observation/demo-body-weight' }]],
    );
    assert.match(String(body['scope']), /(^| )launch( |$)/);
    const claims = JSON.parse(Buffer.from(String(body['id_token']).split('.')[1] ?? '', 'base64url').toString()) as {
      fhirUser: string;
    };
    assert.equal(claims.fhirUser, `${server.portal}/Practitioner/demo-clinician`);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-harold-brookfield'), 404);
  });

  it('[A28] a launch is used once', async () => {
    const launch = await announce();
    await open(launch);
    await refused(launch);
  });

  it('[A28] not after five minutes, not by another app, not by another person, and not one that is made up', async () => {
    const { world } = surroundings();
    await refused('made-up');
    await refused(await announce([], 'demo-patient', 'another-app'));
    const user = { name: 'user', valueReference: { reference: 'Practitioner/demo-agent' } };
    await refused(await announce([user]));
    const late = await announce();
    world.advance(5 * 60_000 + 1);
    await refused(late);
  });

  it('[A28] [D01] a patient uses a launch for their own record, and for no other', async () => {
    const own = await open(await announce(), { person: 'Person/demo-patient' });
    assert.equal(own['patient'], 'demo-patient');
    await refused(await announce([], 'demo-harold-brookfield'), { person: 'Person/demo-patient' });
  });

  it('a launch that is looked at, or denied, is not used up', async () => {
    const { app } = surroundings();
    const launch = await announce();
    const asked = await app.ask({ scope, extra: { launch } });
    const page = await app.signIn(asked, 'Practitioner/demo-clinician');
    assert.match(page.text, /Dana Whitfield/);
    await asked.jar.send(page, [['do', 'deny']], asked.redirect);
    assert.equal((await open(launch))['patient'], 'demo-patient');
  });

  it('without a launch the scope for it is not granted', async () => {
    const body = await surroundings().app.launch({ scope: 'launch launch/patient launch/encounter patient/*.rs' });
    assert.equal(body['scope'], 'launch/patient patient/*.rs');
    assert.equal(body['encounter'], undefined);
  });

  it('is announced by a system with the scope, for a patient that there is', async () => {
    const { server } = surroundings();
    const call = async (token: string, patient: string, parameter: object[]) => {
      const answer = await fetch(`${server.portal}/Patient/${patient}/$launch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Parameters', parameter }),
      });
      return answer.status;
    };
    const client = { name: 'client', valueString: 'demo-app' };
    assert.equal(await call(server.token('demo-ehr'), 'demo-patient', [client]), 200);
    assert.equal(await call(server.token('demo-patient'), 'demo-patient', [client]), 403);
    assert.equal(await call(server.token('demo-clinician'), 'demo-patient', [client]), 403);
    assert.equal(await call(server.token('demo-system'), 'nobody', [client]), 404);
    assert.equal(await call(server.token('demo-system'), 'demo-patient', []), 400);
    const user = { name: 'user', valueReference: { reference: 'Patient/1' } };
    assert.equal(await call(server.token('demo-system'), 'demo-patient', [client, user]), 422);
  });

  it('[R126] staff without a launch look the patient up', async () => {
    const { app } = surroundings();
    const asked = await app.ask({ scope: 'launch/patient patient/*.rs' });
    const page = await app.signIn(asked, 'Practitioner/demo-clinician');
    assert.ok(!page.text.includes('name="patient"'));
    const found = await asked.jar.open(`${page.url}?find=Whitfield`, asked.redirect);
    assert.match(found.text, /Dana Whitfield/);
    const end = await app.allow(asked, found, {});
    const { body } = await app.exchange({ ...asked, shown: end, back: new URL(end.url) });
    assert.equal(body['patient'], 'demo-patient');
    assert.equal(await app.read(body['access_token'], 'Patient/demo-harold-brookfield'), 404);
  });
});
