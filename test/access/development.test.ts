/** The development issuer: its key, its tokens, and who may ask for them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthenticate } from '../../src/access/authenticate.js';
import { developmentClients, developmentToken, developmentTrust } from '../../src/access/development-issuer.js';
import { developmentTokens } from '../../src/access/development-token.js';
import { jwtVerifier } from '../../src/access/jwt.js';
import { own } from '../fixtures/own.js';
import { storedPeople } from '../../src/access/people.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { NOW, PARTITION, patient, person, portal, put } from './fixture.js';

const AGES = { 'proxy-age': 18, 'adolescent-age': 12, 'adolescent-function': ['appointments'] };

const HOUR = 3_600_000;

describe('development issuer', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-key-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('keeps one key, for its owner alone', () => {
    const first = loadSigningKey(join(folder, 'data'));
    assert.equal(loadSigningKey(join(folder, 'data')).publicJwk.kid, first.publicJwk.kid);
    assert.deepEqual(readdirSync(join(folder, 'data')), ['signing-key.pem']);
    assert.equal(statSync(join(folder, 'data', 'signing-key.pem')).mode & 0o777, 0o600);
  });

  async function server() {
    const key = loadSigningKey(folder);
    const { store, records, clock } = await portal(
      put(patient('demo-patient')),
      put(person('demo-patient', 'Patient/demo-patient')),
      put(person('new', 'Patient/demo-patient')),
    );
    const authenticate = createAuthenticate({
      verify: jwtVerifier([developmentTrust(key)]),
      clients: developmentClients,
      people: storedPeople(store, PARTITION, clock, { own, ages: () => Promise.resolve(AGES) }),
      records,
      clock,
      bases: [],
    });
    const call = (token: string) => authenticate({ headers: { authorization: `Bearer ${token}` }, query: [] });
    return { key, clock, call, issue: developmentTokens(key, authenticate, clock) };
  }

  it('signs tokens of 12 hours that the server takes', async () => {
    const { key, clock, call } = await server();
    const system = developmentToken(key, 'demo-system', undefined, NOW);
    assert.equal((await call(system)).kind, 'system');
    const demoPatient = await call(developmentToken(key, 'demo-patient', undefined, NOW));
    assert.equal(demoPatient.subject, 'Person/demo-patient');
    assert.deepEqual(demoPatient.patients, ['demo-patient']);
    assert.equal((await call(developmentToken(key, 'demo-patient', 'Person/new', NOW))).subject, 'Person/new');
    clock.time = NOW + 12 * HOUR;
    await assert.rejects(() => call(system));
  });

  it('refuses what makes no sense, in one line', async () => {
    const { key } = await server();
    for (const [client, who] of [
      ['nobody', undefined],
      ['demo-system', 'Person/1'],
      ['demo-patient', 'Device/1'],
      ['demo-patient', 'Person/1/x'],
      ['demo-patient', 'Person'],
    ] as const) {
      assert.throws(() => developmentToken(key, client, who, NOW), /^Error: [^\n]+$/, `${client} ${who}`);
    }
  });

  it('gives tokens over HTTP to demo-system alone', async () => {
    const { key, call, issue } = await server();
    const bearer = (client: string) => `Bearer ${developmentToken(key, client, undefined, NOW)}`;
    const form = new URLSearchParams({ client_id: 'demo-patient', person: 'Person/new' });
    for (const authorization of [undefined, 'Bearer x', bearer('demo-patient'), bearer('demo-ehr')]) {
      assert.equal((await issue(form, authorization)).status, 401);
    }
    const { status, body } = await issue(form, bearer('demo-system'));
    assert.equal(status, 200);
    assert.equal(body['token_type'], 'Bearer');
    assert.equal((await call(String(body['access_token']))).subject, 'Person/new');
    assert.equal((await issue(new URLSearchParams(), bearer('demo-system'))).status, 400);
  });
});
