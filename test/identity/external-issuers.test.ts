/** [RN-6] [RN-7] Access tokens of other authorization servers, of a real one and of ones that lie, at the FHIR endpoints. */
import assert from 'node:assert/strict';
import { startOtherIssuer, RESOURCE_SERVER, type OtherIssuer } from '../fixtures/other-issuer.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';
import { secretHash } from '../../src/fhir/secret.js';
import type { Storage } from '../../src/store/port.js';

const NUMBERS = 'https://clinic.example.org/member';
const AUDIENCE = 'https://portal.example.org';

export const opaqueIssuer = (url: string, more: object = {}) => ({
  ...{ issuer: url, audience: AUDIENCE, clients: ['app'], userInfo: `${url}/me` },
  introspection: { url: `${url}/token/introspection`, ...RESOURCE_SERVER },
  claims: { recordNumber: { claim: 'member', system: NUMBERS } },
  ...more,
});

describe('access tokens of external issuers', () => {
  eachStorage((_name, open) => {
    let [opaque, jwt]: [OtherIssuer, OtherIssuer] = [undefined!, undefined!];
    let server: TestServer;
    let storage: Storage;
    let world: TestWorld;
    let numbers = 0;

    before(async function () {
      this.timeout(120_000);
      [opaque, jwt] = await Promise.all([startOtherIssuer(), startOtherIssuer()]);
      world = testWorld();
      storage = await open(world.clock);
      const issuers = [
        opaqueIssuer(opaque.url, { completes: true }),
        { issuer: jwt.url, audience: AUDIENCE, jwksUri: `${jwt.url}/jwks`, algorithms: ['ES256'] },
      ];
      server = await startTestServer({ storage, world, env: { PORTICO_ISSUERS: JSON.stringify(issuers) } });
    });
    after(async () => {
      await server.close();
      await Promise.all([opaque.close(), jwt.close()]);
      await storage.store.close();
    });

    async function call(token: string, path: string, method = 'GET', body?: object) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
      const answer = await fetch(`${server.portal}/${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        body: JSON.parse(text) as Record<string, unknown>,
      };
    }
    const system = (method: string, path: string, body?: object) =>
      call(server.token('demo-system'), path, method, body);

    /** A patient with a record number, and their subject at the issuer. */
    async function patient(more: object = {}): Promise<{ id: string; number: string; subject: string }> {
      const number = `M-${++numbers}`;
      const identifier = [{ system: NUMBERS, value: number }];
      const { body } = await system('POST', 'Patient', { resourceType: 'Patient', active: true, identifier, ...more });
      opaque.people.set(`sub-${number}`, { member: number });
      return { id: String(body['id']), number, subject: `sub-${number}` };
    }

    it('[RN-7] an opaque token is good by introspection and userInfo, for the patient with the record number', async () => {
      const [one, other] = [await patient(), await patient()];
      const token = await opaque.opaque(one.subject);
      assert.equal((await call(token, `Patient/${one.id}`)).status, 200);
      assert.equal((await call(token, `Patient/${other.id}`)).status, 404);
      const found = await call(token, 'Patient');
      assert.deepEqual(
        (found.body['entry'] as { resource: { id: string } }[]).map(({ resource }) => resource.id),
        [one.id],
      );
    });

    it('[RN-7] a member acts by their account, one that is closed by nothing', async () => {
      const one = await patient({
        birthDate: '1980-01-01',
        name: [{ family: 'Known', given: ['Ann'] }],
        telecom: [{ system: 'email', value: `ann${numbers}@example.org` }],
      });
      const { body: account } = await call(server.token('demo-ehr'), `Patient/${one.id}/$enroll`, 'POST');
      const token = await opaque.opaque(one.subject);
      assert.equal((await call(token, `Patient/${one.id}`)).status, 200);
      const written = await call(token, 'Communication?_summary=count');
      assert.equal(written.status, 200);
      await system('PUT', `Person/${String(account['id'])}`, { ...account, active: false });
      assert.equal((await call(token, `Patient/${one.id}`)).status, 401);
    });

    it('[RN-7] [D16] nobody is meant by a number that nobody has, that two have, or whose patient has died or is a child', async () => {
      const [dead, child, doubled] = [
        await patient({ deceasedBoolean: true }),
        await patient({ birthDate: '2024-01-01' }),
        await patient(),
      ];
      await system('POST', 'Patient', {
        resourceType: 'Patient',
        identifier: [{ system: NUMBERS, value: doubled.number }],
      });
      const said = { member: dead.number, email: 'dead@example.org', email_verified: true };
      opaque.people.set(dead.subject, said);
      opaque.people.set('sub-nobody', { member: 'M-none' });
      opaque.people.set('sub-numberless', {});
      opaque.people.set('sub-odd', { member: { value: dead.number } });
      for (const subject of [
        dead.subject,
        child.subject,
        doubled.subject,
        'sub-nobody',
        'sub-numberless',
        'sub-odd',
        'sub-unknown',
      ])
        assert.equal((await call(await opaque.opaque(subject), 'Patient')).status, 401, subject);
      assert.equal((await system('GET', `Patient/${dead.id}`)).body['telecom'], undefined, 'their record rests');
    });

    it('[RN-7] the number of a record that was merged away leads to the one that is kept', async () => {
      const [old, kept] = [await patient(), await patient()];
      const { body } = await system('GET', `Patient/${old.id}`);
      const link = [{ type: 'replaced-by', other: { reference: `Patient/${kept.id}` } }];
      await system('PUT', `Patient/${old.id}`, { ...body, link });
      const token = await opaque.opaque(old.subject);
      assert.deepEqual(
        [(await call(token, `Patient/${kept.id}`)).status, (await call(token, `Patient/${old.id}`)).status],
        [200, 404],
      );
    });

    it('[R126] [R127] its scopes are those of the token: one type, one permission, no system', async () => {
      const { id, subject } = await patient();
      const narrow = await opaque.opaque(subject, { scope: 'openid patient/Observation.rs' });
      assert.equal((await call(narrow, `Patient/${id}`)).status, 403);
      assert.equal((await call(narrow, `Observation?patient=${id}`)).status, 200);
      assert.equal((await call(narrow, 'Observation', 'POST', { resourceType: 'Observation' })).status, 403);
      const wide = await opaque.opaque(subject, { scope: 'openid system/*.cruds' });
      assert.equal((await call(wide, `Patient/${id}`)).status, 403);
      assert.equal((await call(wide, 'Patient')).status, 403);
      assert.equal((await fetch(`${server.portal}/Patient/${id}`)).status, 401);
    });

    it('[A27] [RN-7] a token that is revoked is refused within a minute; until then its issuer is asked once', async () => {
      const { id, subject } = await patient();
      const token = await opaque.opaque(subject);
      const before = opaque.asked.length;
      const all = await Promise.all(Array.from({ length: 10 }, () => call(token, `Patient/${id}`)));
      assert.ok(all.every(({ status }) => status === 200));
      assert.deepEqual(opaque.asked.slice(before), ['/token/introspection', '/me'], 'one flight for all');
      world.advance(30_000);
      // What the person reaches is worked out anew, from what the issuer said before.
      const { active: _active, ...record } = (await system('GET', `Patient/${id}`)).body;
      await system('PUT', `Patient/${id}`, record);
      assert.equal((await call(token, `Patient/${id}`)).status, 200);
      assert.equal(opaque.asked.length, before + 2);
      await opaque.revoke(token);
      world.advance(31_000);
      assert.equal((await call(token, `Patient/${id}`)).status, 401);
    });

    it('[A02] a token is refused from its end on, however lately its issuer was asked', async () => {
      const { id, subject } = await patient();
      const token = await opaque.opaque(subject, { lasts: 20 });
      const ahead = world.clock.now() - Date.now();
      assert.ok(ahead >= 60_000);
      assert.equal((await call(token, `Patient/${id}`)).status, 401, 'over by this server’s clock');
      const long = await opaque.opaque(subject, { lasts: Math.ceil(ahead / 1000) + 20 });
      assert.equal((await call(long, `Patient/${id}`)).status, 200);
      world.advance(21_000);
      assert.equal((await call(long, `Patient/${id}`)).status, 401);
    });

    it('[RN-7] a token that is not known is asked for again after five seconds, and no sooner', async () => {
      const token = `unknown-${'x'.repeat(40)}`;
      const asked = async () => {
        const before = opaque.asked.length;
        const { status, headers } = await call(token, 'Patient');
        assert.equal(status, 401);
        assert.match(headers.get('www-authenticate') ?? '', /invalid_token/);
        return opaque.asked.length - before;
      };
      assert.deepEqual([await asked(), await asked()], [1, 0]);
      world.advance(5001);
      assert.equal(await asked(), 1);
    });

    it('[A06] a token of an app that is not on the list is refused', async () => {
      const { id, subject } = await patient();
      assert.equal((await call(await opaque.opaque(subject, { client: 'other-app' }), `Patient/${id}`)).status, 401);
    });

    it('[A07] secrets of this server are sent to no issuer', async () => {
      const refresh = 'r'.repeat(43);
      const document = { kind: 'oauth-RefreshToken', id: secretHash(refresh), value: {}, keys: {} };
      await storage.store.commit({ documents: [{ op: 'put', document }] });
      const before = opaque.asked.length;
      for (const token of [refresh, `pat_${'x'.repeat(43)}`, `${server.token('demo-patient').slice(0, -4)}AAAA`])
        assert.equal((await call(token, 'Patient')).status, 401);
      assert.equal(opaque.asked.length, before);
    });

    it('[RN-6] a JWT is good by the keys that its issuer publishes, for the person that it names; keys are replaced', async () => {
      const { id, subject } = await patient();
      const status = async (audience = AUDIENCE) =>
        (await call(await jwt.jwt(subject, audience), `Patient/${id}`)).status;
      assert.equal(await status(), 401, 'it names nobody');
      jwt.people.set(subject, { fhirUser: `Patient/${id}` });
      assert.equal(await status(), 200);
      assert.equal(await status('https://other.example'), 401);
      assert.deepEqual(jwt.asked, ['/jwks']);
      const before = jwt.asked.length;
      await jwt.rotate();
      assert.equal(await status(), 401);
      assert.equal(jwt.asked.length, before, 'an unknown key is looked for once in a while');
      world.advance(10_001);
      assert.equal(await status(), 200);
      assert.equal(jwt.asked.length, before + 1);
    });

    it('[RN-6] [RN-7] what the record lacks is completed by what the issuer has verified, and nothing it has is changed', async () => {
      const one = await patient({ birthDate: '1980-01-01', name: [{ family: 'Kept' }] });
      opaque.people.set(one.subject, {
        ...{ member: one.number, family_name: 'Other', given_name: 'Ann', birthdate: '1999-09-09' },
        ...{ email: `said${numbers}@example.org`, email_verified: true },
        ...{ phone_number: '+1 212 555 0123', phone_number_verified: false },
        address: { street_address: '1 Main St', locality: 'Springfield', postal_code: '01101', country: 'US' },
      });
      const { body } = await call(await opaque.opaque(one.subject), `Patient/${one.id}`);
      assert.deepEqual([body['birthDate'], body['name']], ['1980-01-01', [{ family: 'Kept' }]]);
      assert.deepEqual(body['telecom'], [{ system: 'email', value: `said${numbers}@example.org` }]);
      assert.deepEqual(body['address'], [
        { line: ['1 Main St'], city: 'Springfield', postalCode: '01101', country: 'US' },
      ]);
      const { body: again } = await call(await opaque.opaque(one.subject), `Patient/${one.id}`);
      assert.deepEqual(again['meta'], body['meta']);
    });

    it('[A10] no token of an issuer is in the store', async () => {
      const { id, subject } = await patient();
      const token = await opaque.opaque(subject);
      assert.equal((await call(token, `Patient/${id}`)).status, 200);
      const page = await storage.store.scan('portal', 'Patient', 1000);
      assert.ok(!JSON.stringify(page).includes(token));
    });
  });
});
