/** `npm run clients` and `npm run keys`: the operator's side of the authorization server, beside a server that runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEvent, Bundle } from 'fhir/r4.js';
import { decodeProtectedHeader } from 'jose';
import { openSqlite } from '../../src/store/sqlite/open.js';
import type { Storage } from '../../src/store/port.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';
import { App } from '../identity/launch.js';
import { basic } from '../identity/registering.js';

describe('clients and keys commands', () => {
  let folder: string;
  let file: string;
  let storage: Storage;
  let server: TestServer;
  let world: TestWorld;
  let app: App;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portico-clients-'));
    file = join(folder, 'test.sqlite');
    world = testWorld();
    storage = await openSqlite(file, world.clock);
    server = await startTestServer({ storage, world });
    app = new App(server);
  });
  after(async () => {
    await server.close();
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });

  const run = (command: string, ...args: string[]) => {
    const program = fileURLToPath(new URL(`../../src/commands/${command}.js`, import.meta.url));
    const env = { PORTICO_DATA: folder, PORTICO_STORE: `sqlite:${file}` };
    return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env });
  };
  const answer = (...args: string[]): Record<string, string> => {
    const { stdout, stderr, status } = run('clients', ...args);
    assert.deepEqual([status, stderr], [0, ''], stderr);
    return JSON.parse(stdout) as Record<string, string>;
  };

  it('[PKB-2] tethers a partner to one patient, lists it with its reason, and ends it at once', async () => {
    const scope = 'patient/*.rs patient/Communication.c';
    const partner = [
      '--name',
      'A partner',
      '--integration',
      'acme',
      '--scope',
      scope,
      '--redirect',
      'https://a.example/',
    ];
    const { client_id: client = '', client_secret: secret } = answer('add', 'partner-tethered', ...partner);
    const at = ['--patient', 'demo-patient'];
    assert.equal(run('clients', 'tether', client, ...at).status, 2, 'a reason is asked for');
    assert.equal(run('clients', 'tether', client, '--patient', 'nobody', '--reason', 'Care').status, 2);
    const made = answer('tether', client, ...at, '--reason', 'Care at home');
    assert.equal(made['scope'], 'patient/*.rs', 'it reads alone');
    const [listed] = answer('tethers', client, ...at) as unknown as Record<string, string>[];
    assert.deepEqual([listed?.['by'], listed?.['reason']], ['Patient/demo-patient', 'Care at home']);
    const fields = { grant_type: 'client_credentials', patient: 'demo-patient' };
    const { body } = await app.token(fields, basic(client, secret));
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 200);
    assert.equal(Number(answer('untether', client, ...at)['ended']), 1);
    assert.equal(await app.read(body['access_token'], 'Patient/demo-patient'), 401);
    assert.equal(run('clients', 'untether', client, ...at).status, 2);
    answer('remove', client);
    const headers = { authorization: `Bearer ${server.token('demo-system')}` };
    const found = await fetch(`${server.portal}/AuditEvent?patient=demo-patient&subtype=110136&_sort=date`, {
      headers,
    });
    const { entry = [] } = (await found.json()) as Bundle<AuditEvent>;
    assert.deepEqual(
      entry.map(({ resource: event }) => [event?.action, event?.purposeOfEvent?.[0]?.text]),
      [
        ['E', 'Care at home'],
        ['E', undefined],
      ],
    );
  });

  it('[PKB-1] registers a system, whose secret it prints once; the running server knows it at once', async () => {
    const scope = 'system/Patient.rs system/Observation.rs';
    const added = answer('add', 'trusted-system', '--name', 'An EHR', '--integration', 'ehr', '--scope', scope);
    const { client_id: id = '', client_secret: secret } = added;
    const fields = { grant_type: 'client_credentials', scope };
    const tokens = await app.token(fields, basic(id, secret));
    assert.equal(tokens.body['scope'], scope);
    const token = tokens.body['access_token'];
    assert.equal(await app.read(token, 'Observation/demo-body-weight'), 200);
    assert.equal(answer('show', id)['client_secret'], undefined);
    assert.ok(run('clients', 'list').stdout.includes(id));

    answer('change', id, '--scope', 'system/Patient.rs');
    assert.equal(await app.read(token, 'Observation/demo-body-weight'), 403, '[A27] at once');
    assert.equal((await app.token(fields, basic(id, secret))).body['scope'], 'system/Patient.rs');

    const { client_secret: next } = answer('rotate', id);
    assert.equal((await app.token(fields, basic(id, secret))).status, 401);
    assert.equal((await app.token(fields, basic(id, next))).status, 200);

    answer('disable', id);
    assert.equal(await app.read(token, 'Patient/demo-patient'), 401);
    answer('enable', id);
    assert.equal(await app.read(token, 'Patient/demo-patient'), 200);
    answer('remove', id);
    assert.equal(await app.read(token, 'Patient/demo-patient'), 401);
  });

  it('says in one line what is wrong, and changes nothing', () => {
    for (const args of [
      [],
      ['add', 'superuser'],
      ['add', 'app', '--name', 'x', '--integration', 'x', '--scope', 'patient/*.rs'],
      ['add', 'customer-system', '--name', 'x', '--integration', 'nobody', '--scope', 'system/*.rs'],
      ['show', 'nobody'],
      ['rotate', 'nobody'],
      ['frobnicate', 'x'],
    ]) {
      const { status, stdout, stderr } = run('clients', ...args);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /^[^\n]+\n$/);
    }
    assert.equal(run('clients', 'list').stdout.trim(), '[]');
  });

  it('[R46 fault] another key signs within a minute, the one before it is published for a day, and no token is lost', async () => {
    const kids = async () => {
      const { keys } = (await (await fetch(`${server.url}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
      return keys.map(({ kid }) => kid);
    };
    const signedBy = async () => decodeProtectedHeader(String((await app.launch())['id_token'])).kid;
    const first = await signedBy();
    assert.deepEqual(await kids(), [first]);
    const tokens = await app.launch();
    const listed = run('keys', 'rotate').stdout.trim().split('\n');
    assert.deepEqual(listed.slice(1), [first]);
    world.advance(61_000);
    assert.equal(await signedBy(), listed[0]);
    assert.equal(await app.read(tokens['access_token'], 'Patient/demo-patient'), 200);
    const refresh = { grant_type: 'refresh_token', client_id: 'demo-app' };
    const { status, body } = await app.token({ ...refresh, refresh_token: String(tokens['refresh_token']) });
    assert.deepEqual([status, decodeProtectedHeader(String(body['id_token'])).kid], [200, listed[0]]);
    assert.deepEqual(new Set(await kids()), new Set(listed));
    world.advance(25 * 3600_000);
    assert.deepEqual(await kids(), [listed[0]]);
    assert.equal(run('keys').status, 2);
  });
});
