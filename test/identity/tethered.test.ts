/** A partner's tokens are each for one patient: by the patient's grant, or by the organization's. */
import assert from 'node:assert/strict';
import { createGrants } from '../../src/identity/authorization-server/grants.js';
import { createTethers } from '../../src/identity/authorization-server/tethers.js';
import { documentedBy } from '../../src/observe/audit/writes.js';
import { eachApp } from './each-app.js';
import { basic, manage, register } from './registering.js';

const DANA = 'demo-patient';
const CATEGORIES = 'https://portico.health/fhir/CodeSystem/message-category';
const back = 'https://partner.example.org/back';
const partner = (change: object = {}): object => ({
  ...{ kind: 'partner-tethered', client_name: 'A partner', integration: 'acme' },
  ...{ redirect_uris: [back], scope: 'openid fhirUser launch/patient patient/*.rs patient/Communication.c' },
  ...change,
});

eachApp('tethered tokens', surroundings => {
  async function registered() {
    const { body } = await register(surroundings().server, partner());
    const client = String(body['client_id']);
    return { client, authenticate: basic(client, body['client_secret']) };
  }
  type Registered = Awaited<ReturnType<typeof registered>>;
  const tethers = () => {
    const { storage, world } = surroundings();
    const grants = createGrants(storage.records, world.clock);
    return createTethers({ ...storage, ...world, grants, audit: documentedBy(world) });
  };
  const tether = (client: string, patient = DANA) =>
    tethers().make({ client, patient, scope: 'patient/*.rs', reason: 'Home care after discharge' });
  const fields = (patient: string, more: object = {}) => ({ grant_type: 'client_credentials', patient, ...more });
  const tokenFor = async ({ authenticate }: Registered, patient = DANA, more: object = {}) =>
    surroundings().app.token(fields(patient, more), authenticate);
  const byPatient = ({ client, authenticate }: Registered, scope = 'openid launch/patient patient/*.rs') =>
    surroundings().app.launch({ client, redirect: back, scope, authenticate, patient: DANA });
  const read = async (token: unknown, path: string, base: 'portal' | 'facade' | 'customer' = 'facade') => {
    const headers = { authorization: `Bearer ${String(token)}` };
    return (await fetch(`${surroundings().server[base]}/${path}`, { headers })).status;
  };
  async function make(body: { resourceType: string }, as = 'demo-system'): Promise<string> {
    const { server } = surroundings();
    const answer = await fetch(`${server.portal}/${body.resourceType}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token(as)}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { id: string }).id;
  }
  async function put(body: { resourceType: string; id: string; [name: string]: unknown }): Promise<void> {
    const { server } = surroundings();
    const answer = await fetch(`${server.portal}/${body.resourceType}/${body.id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.token('demo-system')}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, await answer.text());
  }
  const observe = (patient: string, labels: string[] = []) => {
    const meta = labels.length > 0 ? { meta: { security: labels.map(code => ({ code })) } } : {};
    const subject = { reference: `Patient/${patient}` };
    return make({ resourceType: 'Observation', ...meta, status: 'final', code: { text: 'x' }, subject } as never);
  };

  it('[PKB-2] [PKB-10] the organization’s grant opens one patient’s record, to read, on the facade and the portal', async () => {
    const client = await registered();
    const other = await make({ resourceType: 'Patient' });
    await tether(client.client);
    const { status, body } = await tokenFor(client);
    assert.deepEqual([status, body['scope']], [200, 'patient/*.rs']);
    const { access_token: token } = body;
    const [own, hidden, others] = [await observe(DANA), await observe(DANA, ['R']), await observe(other)];
    for (const base of ['facade', 'portal'] as const) {
      assert.equal(await read(token, `Patient/${DANA}`, base), 200);
      assert.equal(await read(token, `Observation/${own}`, base), 200);
      for (const path of [`Patient/${other}`, `Observation/${others}`, `Observation/${hidden}`]) {
        assert.equal(await read(token, path, base), 404, path);
      }
    }
    assert.equal(await read(token, 'Patient', 'customer'), 403);
    const { server } = surroundings();
    const question = { resourceType: 'Communication', status: 'completed', subject: { reference: `Patient/${DANA}` } };
    const written = await fetch(`${server.portal}/Communication`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(question),
    });
    assert.equal(written.status, 403, 'nothing is written in the patient’s name');
  });

  it('[PKB-2] [D01] without a grant there is no token, and nobody learns whether there is such a patient', async () => {
    const [client, other] = [await registered(), await registered()];
    await tether(other.client);
    const answers = [await tokenFor(client), await tokenFor(client, 'nobody'), await tokenFor(client, '')];
    for (const { status, body } of answers) assert.deepEqual([status, body], [answers[0]?.status, answers[0]?.body]);
    assert.deepEqual([answers[0]?.status, answers[0]?.body['error']], [400, 'invalid_grant']);
    await tether(client.client);
    const wide = await tokenFor(client, DANA, { scope: 'patient/Communication.c system/*.rs' });
    assert.equal(wide.body['error'], 'invalid_scope');
    const cut = await tokenFor(client, DANA, { scope: 'patient/Observation.rs' });
    assert.equal(cut.body['scope'], 'patient/Observation.rs');
    assert.equal(await read(cut.body['access_token'], `Patient/${DANA}`), 403);
  });

  it('[PKB-2] [A27] ends with the next request: with the grant, the client, and the patient’s record', async () => {
    const { server } = surroundings();
    const ways: [string, (client: string, patient: string) => Promise<unknown>][] = [
      ['the grant', (client, patient) => tethers().end(client, patient)],
      ['the client', client => manage(server, 'DELETE', `/${client}`)],
      [
        'the record',
        async (_client, id) =>
          fetch(`${server.portal}/Patient/${id}`, {
            method: 'PUT',
            headers: {
              authorization: `Bearer ${server.token('demo-system')}`,
              'content-type': 'application/fhir+json',
            },
            body: JSON.stringify({ resourceType: 'Patient', id, active: false }),
          }),
      ],
    ];
    for (const [what, end] of ways) {
      const client = await registered();
      const patient = await make({ resourceType: 'Patient' });
      await tether(client.client, patient);
      const { body } = await tokenFor(client, patient);
      assert.equal(await read(body['access_token'], `Patient/${patient}`), 200);
      await end(client.client, patient);
      assert.equal(await read(body['access_token'], `Patient/${patient}`), 401, what);
    }
  });

  it('[PKB-2] [D06] the patient’s own grant opens the record that was picked, and no other that the patient reaches', async () => {
    const client = await registered();
    const other = await make({ resourceType: 'Patient' });
    const relation = await make({
      ...{ resourceType: 'RelatedPerson', active: true },
      patient: { reference: `Patient/${other}` },
    } as never);
    const link = [`Patient/${DANA}`, `RelatedPerson/${relation}`].map(target => ({ target: { reference: target } }));
    await put({ resourceType: 'Person', id: 'demo-patient', active: true, link });
    const tokens = await byPatient(client);
    assert.equal(tokens['patient'], DANA);
    const { access_token: token } = tokens;
    assert.equal(await read(token, `Patient/${DANA}`), 200);
    assert.equal(await read(token, `RelatedPerson/${relation}`), 404);
    assert.equal(await read(token, 'Person/demo-patient'), 404);
    const draft = await make(
      {
        ...{ resourceType: 'Communication', status: 'preparation', subject: { reference: `Patient/${other}` } },
        category: [{ coding: [{ system: CATEGORIES, code: 'general' }] }],
        recipient: [{ reference: 'Organization/demo-clinical-group' }],
        payload: [{ contentString: 'For somebody else' }],
      } as never,
      'demo-patient',
    );
    assert.equal(await read(token, `Communication/${draft}`), 404, 'what the person writes for another patient');
    const hidden = await observe(DANA, ['HIV']);
    assert.equal(await read(token, `Observation/${hidden}`), 404, 'sensitive labels are hidden from partners');
    const listed = await tethers().list(client.client, DANA);
    assert.deepEqual(
      listed.map(({ account }) => account),
      ['Person/demo-patient'],
    );
    assert.equal(await tethers().end(client.client, DANA), 1);
    assert.equal(await read(token, `Patient/${DANA}`), 401, 'the organization ends it as well');
  });

  it('[PKB-10] staff grant no patient to a partner', async () => {
    const { app } = surroundings();
    const { client } = await registered();
    const asked = await app.ask({ client, redirect: back, scope: 'openid launch/patient patient/*.rs' });
    const page = await app.signIn(asked, 'Practitioner/demo-clinician');
    assert.equal(page.status, 403);
    assert.ok(!page.text.includes('name="scope"'));
  });

  it('[PKB-1] is registered for scopes of one patient, with a secret or keys', async () => {
    const { server } = surroundings();
    for (const change of [{ scope: 'user/*.rs' }, { scope: 'system/*.rs' }, { token_endpoint_auth_method: 'none' }]) {
      assert.equal((await register(server, partner(change))).body['error'], 'invalid_client_metadata');
    }
    assert.equal((await register(server, partner({ redirect_uris: undefined }))).status, 201);
  });
});
