/** The standing of an account: pending, in use, closed; and people too young for one. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Person } from 'fhir/r4.js';
import jwt from 'jsonwebtoken';
import { openMailbox } from '../../src/delivery/mailbox.js';
import { hashOf } from '../../src/portal/invitation-code.js';
import type { Storage } from '../../src/store/port.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage, type OpenStorage } from '../fixtures/storages.js';
import { asPerson, DAY, eachPortal, issue, output, parameters, stranger, type Journey } from './journey.js';

const STANDING = 'https://portico.health/fhir/StructureDefinition/account-standing';

const years = (age: number, days = 0): string => {
  const day = new Date(Date.now() + days * DAY);
  day.setUTCFullYear(day.getUTCFullYear() - age);
  return day.toISOString().slice(0, 10);
};

function minors(journey: () => Journey): void {
  const run = (path: string, values: Record<string, string>, caller = 'demo-ehr') =>
    journey().call(caller, 'POST', path, parameters(values));

  it('[PC-1] [PC-2] [PC-4] a child has no invitation and no account of their own, and the status says why', async () => {
    const child = { ...stranger(), birthDate: years(11) };
    for (const name of ['invite', 'enroll']) {
      const answer = await run(`Patient/$${name}`, child);
      assert.deepEqual([answer.status, issue(answer).code], [422, 'business-rule'], answer.text);
      assert.match(issue(answer).expression ?? '', /birthDate/);
    }
    assert.deepEqual(await journey().mails(child.email), []);
    const standing = await run('Patient/$enrollment-status', child);
    assert.deepEqual([output(standing, 'status'), output(standing, 'nextAction')], ['minor', 'none']);
  });

  it('[PC-2] the rule counts to the day, and to the last day of a year that alone is known', async () => {
    assert.equal((await run('Patient/$invite', { ...stranger(), birthDate: years(16, 1) })).status, 422);
    assert.equal((await run('Patient/$invite', { ...stranger(), birthDate: years(16) })).status, 201);
    const { family, email } = stranger();
    const patient = async (birthDate: string) => {
      const content = { birthDate, name: [{ family }], telecom: [{ system: 'email', value: email }] };
      const { body } = await journey().expect(201, 'demo-ehr', 'POST', 'Patient', {
        resourceType: 'Patient',
        ...content,
      });
      return (await journey().call('demo-ehr', 'POST', `Patient/${body.id}/$invite`)).status;
    };
    const year = new Date().getUTCFullYear();
    const last = new Date().toISOString().slice(5, 10) === '12-31' ? 201 : 422;
    assert.deepEqual([await patient(String(year - 16)), await patient(String(year - 17))], [last, 201]);
  });

  it('[RN-24] the age is a setting, in force with the next request, for an open invitation too', async () => {
    const teenager = { ...stranger(), birthDate: years(17) };
    await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$invite', parameters(teenager));
    const [code = ''] = await journey().codes(teenager.email);
    const redeem = () => run('Patient/$redeem-invitation', { code, birthDate: teenager.birthDate }, '');
    const path = 'Basic/portal-configuration';
    const { body } = await journey().expect(200, 'demo-system', 'GET', path);
    const put = async (resource: object) => {
      const { headers } = await journey().expect(200, 'demo-system', 'GET', path);
      const match = { 'if-match': headers.get('etag') ?? '' };
      await journey().expect(200, 'demo-system', 'PUT', path, resource, match);
    };
    const url = 'https://portico.health/fhir/StructureDefinition/portal-settings';
    const age = { url: 'account-age', valueInteger: 18 };
    await put({ ...body, extension: [{ url, extension: [age] }] });
    assert.equal((await redeem()).status, 410);
    const standing = await run('Patient/$enrollment-status', teenager);
    assert.equal(output(standing, 'status'), 'minor');
    await put(body);
    assert.equal((await redeem()).status, 201);
  });
}

const account = (
  link: Person['link'],
  more: object = { active: false, extension: [{ url: STANDING, valueCode: 'pending' }] },
) => ({
  ...{ resourceType: 'Person', link },
  ...more,
});

function updating(journey: () => Journey): void {
  const enrolled = async () => {
    const person = stranger();
    const made = asPerson(await journey().expect(201, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person)));
    await journey().expect(204, 'demo-system', 'DELETE', `Person/${made.id}`);
    const { body } = await journey().expect(201, 'demo-system', 'POST', 'Person', account(made.link));
    const path = `Person/${body.id}`;
    return {
      person,
      path,
      body,
      put: async (to: object) => (await journey().call('demo-system', 'PUT', path, { ...body, ...to })).status,
    };
  };

  it('[PC-4] a plain update puts no waiting account to use, may close it, and makes no closed one wait', async () => {
    const { put, person } = await enrolled();
    assert.equal(await put({ active: true }), 403);
    assert.equal(await put({ active: true, extension: undefined }), 403);
    assert.equal(await put({ extension: undefined }), 200);
    const standing = await journey().expect(200, 'demo-ehr', 'POST', 'Patient/$enrollment-status', parameters(person));
    assert.equal(output(standing, 'status'), 'inactive');
    assert.equal(await put({}), 409);
  });

  it('[PC-4] where accounts are in use at once, one that waits is put to use when it is enrolled again', async () => {
    const { person, path } = await enrolled();
    const again = await journey().expect(200, 'demo-ehr', 'POST', 'Patient/$enroll', parameters(person));
    assert.deepEqual(
      [`Person/${again.body.id}`, again.body['active'], again.body['extension']],
      [path, true, undefined],
    );
  });

  it('[PC-4] [C23] the account of a patient who has died waits no more, and is not put to use again', async () => {
    const { person, path, body } = await enrolled();
    const patient = (body as unknown as Person).link?.[0]?.target.reference ?? '';
    const record = (await journey().expect(200, 'demo-system', 'GET', patient)).body;
    await journey().expect(200, 'demo-system', 'PUT', patient, { ...record, deceasedBoolean: true });
    const closed = (await journey().expect(200, 'demo-system', 'GET', path)).body;
    assert.deepEqual([closed['active'], closed['extension']], [false, undefined]);
    const again = await journey().call('demo-ehr', 'POST', 'Patient/$enroll', parameters(person));
    assert.equal(again.status, 409, again.text);
  });

  it('[PC-6] messages to an account that waits are kept, and the person is told', async () => {
    const { person, body } = await enrolled();
    const target = (body as unknown as Person).link?.[0]?.target;
    const coding = [{ system: 'https://portico.health/fhir/CodeSystem/message-category', code: 'general' }];
    const content = { category: [{ coding }], subject: target, payload: [{ contentString: 'x' }] };
    const message = { resourceType: 'Communication', status: 'completed', ...content };
    await journey().expect(201, 'demo-clinician', 'POST', 'Communication', message);
    const subjects = (await journey().mails(person.email)).map(({ subject }) => subject);
    assert.ok(subjects.includes('You have a new message'), subjects.join());
  });
}

const ISSUER = 'https://login.example.org';
const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Without demo mode nobody but people of a trusted issuer has a token. */
function tokenOf(fhirUser: string, at: number): string {
  const now = Math.floor(at / 1000);
  const time = { iat: now, exp: now + 600 };
  const claims = {
    iss: ISSUER,
    aud: ISSUER,
    sub: 'u',
    client_id: 'app',
    fhirUser,
    scope: 'user/*.cruds user/*.$* patient/*.rs',
  };
  return jwt.sign({ ...claims, ...time }, keyPair.privateKey, {
    algorithm: 'ES256',
    keyid: 'k',
    header: { alg: 'ES256', typ: 'at+jwt' },
  });
}

function waiting(open: OpenStorage): void {
  let storage: Storage;
  let server: TestServer;
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const world = { clock, ids: { next: randomUUID }, random: { bytes: (count: number) => randomBytes(count) } };
  before(async () => {
    storage = await open(clock);
    const demo = await startTestServer({ storage, world });
    await demo.close();
    const jwks = { keys: [{ ...keyPair.publicKey.export({ format: 'jwk' }), kid: 'k' }] };
    const issuers = JSON.stringify([{ issuer: ISSUER, audience: ISSUER, jwks }]);
    server = await startTestServer({ storage, world, env: { PORTICO_DEMO: '0', PORTICO_ISSUERS: issuers } });
  });
  after(async () => {
    await server.close();
    await storage.store.close();
  });

  const administrator = 'Practitioner/demo-administrator';
  async function call(who: string | undefined, path: string, values?: Record<string, string>) {
    const authorization = who === undefined ? {} : { authorization: `Bearer ${tokenOf(who, clock.now())}` };
    const answer = await fetch(`${server.portal}/${path}`, {
      headers: { 'content-type': 'application/fhir+json', ...authorization },
      ...(values ? { method: 'POST', body: JSON.stringify(parameters(values)) } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) as Person };
  }
  const enroll = (values: Record<string, string>) => call(administrator, 'Patient/$enroll', values);
  async function codes(to: string, page: string): Promise<string[]> {
    await server.app.dispatcher.idle();
    const box = openMailbox(join(server.folder, 'mail'));
    const mails = (await box.list(100)).filter(mail => mail.to === to);
    const texts = await Promise.all(mails.map(async ({ id }) => (await box.read(id))?.text ?? ''));
    return texts.flatMap(text => new RegExp(`${page}#([0-9A-Z-]+)`).exec(text)?.[1] ?? []);
  }
  const activation = async ({ id = '' }: Person) =>
    (await storage.records.get('account', `Person/${id}`, clock.now()))?.keys['activation'];
  const waits = ({ active, extension = [] }: Person): boolean =>
    active === false && extension.some(({ url, valueCode }) => url === STANDING && valueCode === 'pending');

  it('[PC-4] without demo mode a new account waits: nobody signs in to it, its code is sent, and kept as a hash', async () => {
    const person = stranger();
    const { status, body } = await enroll(person);
    assert.deepEqual([status, waits(body)], [201, true]);
    assert.equal((await call(`Person/${body.id}`, 'Patient')).status, 401);
    const [code = ''] = await codes(person.email, 'activation');
    assert.equal(await activation(body), hashOf(code));
    const standing = await call(administrator, 'Patient/$enrollment-status', person);
    assert.match(standing.text, /"pending".*"activate".*"message"/);
  });

  it('[PC-4] asked for again it changes nothing until the code is over, and then sends another', async () => {
    const person = stranger();
    const { body } = await enroll(person);
    const first = await activation(body);
    const again = await enroll(person);
    assert.deepEqual([again.status, again.body], [200, body]);
    assert.equal(await activation(body), first);
    assert.equal((await codes(person.email, 'activation')).length, 1);
    ahead += 14 * DAY;
    assert.equal((await enroll(person)).status, 200);
    assert.notEqual(await activation(body), first);
    assert.equal((await codes(person.email, 'activation')).length, 2);
  });

  it('[PC-2] the account of a redeemed invitation waits too', async () => {
    const person = stranger();
    await call(administrator, 'Patient/$invite', person);
    const [code = ''] = await codes(person.email, 'invitation');
    const made = await call(undefined, 'Patient/$redeem-invitation', { code, birthDate: person.birthDate });
    assert.deepEqual([made.status, waits(made.body)], [201, true]);
  });
}

describe('the standing of an account', () => {
  eachPortal(journey => {
    minors(journey);
    updating(journey);
  });
  eachStorage((_name, open) => waiting(open));
});
