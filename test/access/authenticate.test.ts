/** From the Authorization header to an actor, and how fast a change binds. */
import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createAuthenticate, type Authenticate } from '../../src/access/authenticate.js';
import type { People } from '../../src/access/build-actor.js';
import { fixedClients, type Client } from '../../src/access/clients.js';
import { withEpochs } from '../../src/access/epochs.js';
import { newOpaque, opaqueDocument, opaqueVerifier, revokeOpaque } from '../../src/access/opaque.js';
import { raiseEpoch } from '../../src/access/epochs.js';
import { own } from '../fixtures/own.js';
import { storedPeople } from '../../src/access/people.js';
import { firstOf, type Claims } from '../../src/access/token.js';
import type { Store } from '../../src/store/port.js';
import {
  deletion,
  NOW,
  PARTITION,
  patient,
  person,
  portal,
  practitionerRole,
  put,
  reference,
  related,
  type Portal,
} from './fixture.js';

const AGES = { 'proxy-age': 18, 'adolescent-age': 12, 'adolescent-function': ['appointments'] };

const HOUR = 3_600_000;
const ISSUER = 'https://issuer.example';
const clients: Client[] = [
  { id: 'app', kind: 'user', registrations: ['app'] },
  { id: 'system', kind: 'system', registrations: ['system', 'customer'], customers: ['demo'] },
];
const claims = (extra: Partial<Claims> = {}): Claims => ({
  issuer: ISSUER,
  subject: 'user-1',
  clientId: 'app',
  scope: 'patient/*.rs',
  expires: NOW + 12 * HOUR,
  ...extra,
});

let portalStorage: Portal;
let store: Store;
let people: People;
let authenticate: Authenticate;
let calls: number;

/** One more process on the same storage. */
function newProcess(): Authenticate {
  const { records, clock } = portalStorage;
  const verify = opaqueVerifier(records);
  return createAuthenticate({
    verify: firstOf(
      () => Promise.resolve(undefined),
      (token, now) => {
        calls++;
        return verify(token, now);
      },
    ),
    clients: fixedClients(ISSUER, clients),
    people: { ...people, read: name => people.read(name) },
    records,
    clock,
    bases: ['https://portal.example/fhir/portal'],
  });
}

let serial = 0;

async function tokenFor(extra: Partial<Claims>): Promise<string> {
  const token = newOpaque({ bytes: count => new Uint8Array(count).fill(++serial) });
  await portalStorage.records.write({ op: 'put', document: opaqueDocument(token, claims(extra)) });
  return token;
}

const call = (token: string, by = authenticate) => by({ headers: { authorization: `Bearer ${token}` }, query: [] });

function challenge(expected: string) {
  return (error: unknown) =>
    error instanceof Fault &&
    error.kind === 'unauthenticated' &&
    error.detail.headers?.['www-authenticate'] === `Bearer realm="portico"${expected}`;
}
const invalid = challenge(', error="invalid_token"');

async function commit(...resources: (Resource & { id: string })[]): Promise<void> {
  const current = await store.read(resources.map(({ resourceType: type, id }) => ({ partition: PARTITION, type, id })));
  await store.commit({ puts: resources.map((resource, at) => put(resource, (current[at]?.version ?? 0) + 1)) });
}

async function setUp(): Promise<void> {
  portalStorage = await portal();
  store = withEpochs(portalStorage.store, portalStorage.clock, PARTITION);
  people = storedPeople(store, PARTITION, portalStorage.clock, { own, ages: () => Promise.resolve(AGES) });
  calls = 0;
  authenticate = newProcess();
  await commit(
    patient('1'),
    patient('2'),
    related('r', '2'),
    person('p', 'Patient/1', 'RelatedPerson/r'),
    { resourceType: 'Practitioner', id: 'd' },
    practitionerRole('role', 'd', 'agent', { organization: reference('Organization/g') }),
  );
}

describe('bearer tokens', () => {
  beforeEach(setUp);

  it('[R127] [A01] asks for one where there is none', async () => {
    await assert.rejects(() => authenticate({ headers: {}, query: [] }), challenge(''));
  });

  it('[A09] refuses one in the address, two headers, other schemes and long ones', async () => {
    const token = await tokenFor({ fhirUser: 'Person/p' });
    const headers = { authorization: `Bearer ${token}` };
    await assert.rejects(() => authenticate({ headers, query: [['access_token', token]] }), challenge(''));
    for (const bad of [
      `Bearer ${token}, Bearer ${token}`,
      `Basic ${token}`,
      token,
      'Bearer',
      'Bearer ',
      `Bearer ${token} x`,
      `Bearer ${'x'.repeat(64 * 1024)}`,
    ]) {
      await assert.rejects(
        () => authenticate({ headers: { authorization: bad }, query: [] }),
        invalid,
        bad.slice(0, 40),
      );
    }
    assert.equal((await authenticate({ headers: { authorization: `bearer ${token}` }, query: [] })).kind, 'patient');
  });

  it('[A10] stores no token, only its hash', async () => {
    const token = newOpaque({ bytes: count => new Uint8Array(count).fill(7) });
    const document = opaqueDocument(token, claims());
    assert.ok(!JSON.stringify(document).includes(token.slice(4)));
    await portalStorage.records.write({ op: 'put', document });
    assert.equal((await opaqueVerifier(portalStorage.records)(token, NOW))?.clientId, 'app');
  });

  it('[A02] ends with the token, though it was remembered', async () => {
    const token = await tokenFor({ fhirUser: 'Person/p', expires: NOW + 1000 });
    await call(token);
    portalStorage.clock.time += 1000;
    await assert.rejects(() => call(token), invalid);
  });

  it('[A27] ends at once when it is revoked, in another process too', async () => {
    const token = await tokenFor({ fhirUser: 'Person/p' });
    const other = newProcess();
    await call(token);
    await call(token, other);
    await store.commit({ documents: [revokeOpaque(token), raiseEpoch('Person/p')] });
    await assert.rejects(() => call(token), invalid);
    await assert.rejects(() => call(token, other), invalid);
  });

  it('[A05] remembers a token by all of it: another that ends alike is looked up, and refused', async () => {
    const token = await tokenFor({ fhirUser: 'Person/p' });
    await call(token);
    await assert.rejects(() => call(`${token.slice(0, 6)}x${token.slice(7)}`), invalid);
    assert.equal((await call(token)).subject, 'Person/p');
  });

  it('[A27] a change while a token is looked up binds the next request', async () => {
    const { read } = people;
    people.read = async name => {
      const found = await read(name);
      people.read = read;
      await commit(related('r', '2', { active: false }));
      return found;
    };
    const token = await tokenFor({ fhirUser: 'RelatedPerson/r' });
    assert.deepEqual((await call(token)).patients, ['2'], 'it was read before the change');
    await assert.rejects(() => call(token), invalid);
  });

  it('refuses clients and people that nobody knows', async () => {
    for (const bad of [
      { fhirUser: 'Person/p', clientId: 'other' },
      { fhirUser: 'Person/p', issuer: 'https://other.example' },
      { fhirUser: 'Person/none' },
      { fhirUser: 'Device/1' },
      { fhirUser: 'https://other.example/fhir/Person/p' },
      {},
      { clientId: 'system', fhirUser: 'Person/p' },
    ]) {
      const token = await tokenFor(bad);
      await assert.rejects(() => call(token), invalid, JSON.stringify(bad));
    }
  });

  it('looks a token up once while nothing changes, and again after a minute', async () => {
    const token = await tokenFor({ fhirUser: 'Person/p' });
    const first = await call(token);
    assert.equal(await call(token), first);
    assert.equal(calls, 1);
    portalStorage.clock.time += 60_000;
    await call(token);
    assert.equal(calls, 2);
  });
});

describe('actors', () => {
  beforeEach(setUp);

  const actorOf = async (extra: Partial<Claims>) => call(await tokenFor(extra));

  it('a Person is its own Patient and the proxy of others', async () => {
    const found = await actorOf({ fhirUser: 'https://portal.example/fhir/portal/Person/p' });
    assert.equal(found.subject, 'Person/p');
    assert.deepEqual(found.patients, ['1', '2']);
    assert.equal(found.self, '1');
    assert.deepEqual(found.identities, ['Person/p', 'Patient/1', 'RelatedPerson/r']);
    assert.deepEqual([...(found.relations ?? [])], [['Patient/2', 'RelatedPerson/r']]);
  });

  it('[D06] [A27] a launch context narrows to one patient; out of reach of that patient the token is dead', async () => {
    assert.deepEqual((await actorOf({ fhirUser: 'Person/p', patient: '2' })).patients, ['2']);
    await assert.rejects(() => actorOf({ fhirUser: 'Person/p', patient: '9' }), invalid);
    await assert.rejects(() => actorOf({ fhirUser: 'Patient/1', patient: '2' }), invalid);
  });

  it('a Practitioner has the roles and groups of today', async () => {
    const found = await actorOf({ fhirUser: 'Practitioner/d' });
    assert.equal(found.kind, 'staff');
    assert.deepEqual([...found.roles], ['agent']);
    assert.deepEqual(found.organizations, ['Organization/g']);
    assert.deepEqual(found.identities, ['Practitioner/d', 'PractitionerRole/role']);
    assert.deepEqual(found.patients, []);
  });

  it('roles of other code systems mean nothing', async () => {
    await commit({
      ...practitionerRole('x', 'd', 'auditor'),
      code: [{ coding: [{ system: 'http://x', code: 'auditor' }] }],
    });
    assert.deepEqual([...(await actorOf({ fhirUser: 'Practitioner/d' })).roles], ['agent']);
  });

  it('[B40] system scopes are for systems, and theirs alone', async () => {
    const scope = 'system/*.cruds patient/*.rs user/*.rs';
    const contexts = async (extra: Partial<Claims>) =>
      (await actorOf({ ...extra, scope })).scopes.map(({ context }) => context);
    assert.deepEqual(await contexts({ fhirUser: 'Person/p' }), ['patient', 'user']);
    assert.deepEqual(await contexts({ clientId: 'system' }), ['system']);
  });

  it('a system client is limited to what it is registered for, and to its customers', async () => {
    const found = await actorOf({ clientId: 'system' });
    assert.equal(found.subject, 'client:system');
    assert.deepEqual([...found.registrations], ['system', 'customer']);
    assert.deepEqual([...(found.customers ?? [])], ['demo']);
  });
});

describe('epochs: a change binds the next request in every process', () => {
  beforeEach(setUp);

  const changes: [string, Parameters<typeof commit>, string[] | 'refused'][] = [
    ['[D03] the proxy ends', [related('r', '2', { active: false })], ['1']],
    ['[D07] the proxy period is past', [related('r', '2', { period: { end: '2026-01-01' } })], ['1']],
    ['the proxy moves to another patient', [related('r', '3'), patient('3')], ['1', '3']],
    ['the principal is no longer active', [patient('2', { active: false })], ['1']],
    ['the own record is no longer active', [patient('1', { active: false })], ['2']],
    ['a link goes', [person('p', 'Patient/1')], ['1']],
    ['the account is closed', [{ ...person('p', 'Patient/1'), active: false }], 'refused'],
  ];
  for (const [title, resources, expected] of changes) {
    it(title, async () => {
      const token = await tokenFor({ fhirUser: 'Person/p' });
      const other = newProcess();
      for (const one of [authenticate, other]) assert.deepEqual((await call(token, one)).patients, ['1', '2']);
      await commit(...resources);
      for (const one of [authenticate, other]) {
        if (expected === 'refused') await assert.rejects(() => call(token, one), invalid);
        else assert.deepEqual((await call(token, one)).patients, expected);
      }
    });
  }

  it('a role that begins, ends or is deleted', async () => {
    const token = await tokenFor({ fhirUser: 'Practitioner/d' });
    const roles = async () => [...(await call(token)).roles].sort();
    assert.deepEqual(await roles(), ['agent']);
    await commit(practitionerRole('role2', 'd', 'auditor'));
    assert.deepEqual(await roles(), ['agent', 'auditor']);
    await commit(practitionerRole('role2', 'other', 'auditor'));
    assert.deepEqual(await roles(), ['agent']);
    await store.commit({ puts: [deletion(practitionerRole('role', 'd', 'agent'), 2)] });
    assert.deepEqual(await roles(), []);
  });

  it('[D04] a role that moves to another group', async () => {
    const token = await tokenFor({ fhirUser: 'Practitioner/d' });
    assert.deepEqual((await call(token)).organizations, ['Organization/g']);
    await commit(practitionerRole('role', 'd', 'agent', { organization: reference('Organization/h') }));
    assert.deepEqual((await call(token)).organizations, ['Organization/h']);
  });

  it('[D04] a practitioner who is no longer active has no access, whatever the roles say', async () => {
    const token = await tokenFor({ fhirUser: 'Practitioner/d' });
    const other = newProcess();
    for (const one of [authenticate, other]) assert.equal((await call(token, one)).kind, 'staff');
    await commit({ resourceType: 'Practitioner', id: 'd', active: false });
    for (const one of [authenticate, other]) await assert.rejects(() => call(token, one), invalid);
  });

  it('[D07] [D08] periods begin and end by the clock, with no write at all', async () => {
    const period = { start: '2026-01-02T03:04:05.500Z', end: '2026-01-02T03:04:06Z' };
    await commit(related('r', '2', { period }));
    const token = await tokenFor({ fhirUser: 'Person/p' });
    const patients = async (ms: number) => {
      portalStorage.clock.time = NOW + ms;
      return (await call(token)).patients;
    };
    assert.deepEqual(await patients(0), ['1']);
    assert.deepEqual(await patients(500), ['1', '2']);
    assert.deepEqual(await patients(999), ['1', '2']);
    assert.deepEqual(await patients(1000), ['1']);
  });

  it('leaves other people alone, and other elements', async () => {
    const token = await tokenFor({ fhirUser: 'Person/p' });
    const before = await call(token);
    await commit(patient('2', { language: 'ar' }), patient('3'), person('q', 'Patient/3'), related('s', '3'));
    assert.equal(await call(token), before);
    assert.equal(await portalStorage.records.get('epoch', 'Patient/3', NOW), undefined);
  });

  it('a link made meanwhile fails the commit that did not count on it', async () => {
    const { store: bare } = portalStorage;
    let linked = false;
    const racing: Store = {
      ...store,
      read: (keys, where) => bare.read(keys, where),
      search: search => bare.search(search),
      async commit(all) {
        if (!linked) await bare.commit({ puts: [put(person('late', 'RelatedPerson/r'))] });
        linked = true;
        return bare.commit(all);
      },
    };
    const ending = { puts: [put(related('r', '2', { active: false }), 2)] };
    await assert.rejects(
      () => withEpochs(racing, portalStorage.clock, PARTITION).commit(ending),
      (error: unknown) => error instanceof Fault && error.kind === 'conflict',
    );
    await withEpochs(racing, portalStorage.clock, PARTITION).commit(ending);
    assert.equal((await portalStorage.records.get('epoch', 'Person/late', NOW))?.version, 1);
  });
});
