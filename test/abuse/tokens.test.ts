/** Tokens over HTTP: every route asks for one, and takes no other than a good one. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import type { CapabilityStatement } from 'fhir/r4.js';
import { raiseEpoch } from '../../src/access/epochs.js';
import { newOpaque, opaqueDocument, revokeOpaque } from '../../src/access/opaque.js';
import { loadSigningKey } from '../../src/access/signing-key.js';
import { systemClock } from '../../src/fhir/clock.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { processorTime } from '../fixtures/processor-time.js';

const METHODS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' };
const BELOW: Readonly<Record<string, string>> = {
  read: '/x',
  vread: '/x/_history/1',
  update: '/x',
  patch: '/x',
  delete: '/x',
  'history-instance': '/x/_history',
  'history-type': '/_history',
};

/** Every route that a CapabilityStatement declares, as method and path below its base. */
function routesOf({ rest }: CapabilityStatement): [method: string, path: string][] {
  const [server] = rest ?? [];
  const ofTypes = (server?.resource ?? []).flatMap(({ type, interaction, operation, conditionalDelete }) => [
    ...(interaction ?? []).map(({ code }): [string, string] => [METHODS[code] ?? 'GET', `${type}${BELOW[code] ?? ''}`]),
    ...(conditionalDelete === undefined || conditionalDelete === 'not-supported'
      ? []
      : [['DELETE', `${type}?_id=x`] as [string, string]]),
    ['POST', `${type}/_search`] as [string, string],
    ...(operation ?? []).flatMap(({ name }): [string, string][] => [
      ['POST', `${type}/$${name}`],
      ['POST', `${type}/x/$${name}`],
    ]),
  ]);
  const whole: [string, string][] = [
    ['GET', '?_type=Patient'],
    ['GET', '_history'],
    ['POST', ''],
    ['POST', '_search'],
  ];
  const operations = (server?.operation ?? []).map(({ name }): [string, string] => ['POST', `$${name}`]);
  return [...ofTypes, ...whole, ...operations];
}

const OPEN = /\/\$(redeem-invitation|report-misdirected|unsubscribe)$/;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('abuse: tokens', () => {
  let server: TestServer;
  let key: ReturnType<typeof loadSigningKey>;
  before(async () => {
    server = await startTestServer({ env: { PORTICO_CUSTOMERS: 'other' } });
    key = loadSigningKey(server.folder);
  });
  after(() => server.close());

  async function ask(authorization: string | undefined, path = 'Patient/demo-patient', method = 'GET') {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${server.portal}/${path}`, { method, headers });
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate') ?? '',
      text: await response.text(),
    };
  }

  const now = () => Math.floor(Date.now() / 1000);
  const claims = (more: object = {}) => ({
    ...{ iss: 'urn:portico:development', aud: 'urn:portico', sub: 'demo-system', client_id: 'demo-system' },
    ...{ scope: 'system/*.cruds', iat: now(), exp: now() + 600, jti: randomUUID(), ...more },
  });
  const header = (more: object = {}) => ({ alg: 'ES256', typ: 'at+jwt', kid: key.publicJwk.kid, ...more });
  const signed = (head: object, payload: object, by: KeyObject = key.privateKey): string => {
    const text = `${part(head)}.${part(payload)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: by, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };

  async function refused(token: string, what: string): Promise<void> {
    const { status, challenge, text } = await ask(`Bearer ${token}`);
    assert.equal(status, 401, `${what}: ${text}`);
    assert.match(challenge, /^Bearer .*error="invalid_token"/, what);
    assert.match(text, /"code":"login"/, what);
  }

  it('would take a token made like this', async () => {
    assert.equal((await ask(`Bearer ${signed(header(), claims())}`)).status, 200);
    assert.equal((await ask(`bearer ${signed(header(), claims())}`)).status, 200);
  });

  it('[A01] every declared route of every endpoint asks for a token', async () => {
    let asked = 0;
    for (const base of [server.portal, server.customer]) {
      const statement = (await (await fetch(`${base}/metadata`)).json()) as CapabilityStatement;
      const routes = routesOf(statement).filter(([, path]) => !OPEN.test(path));
      const worker = async (): Promise<void> => {
        for (let route = routes.pop(); route; route = routes.pop()) {
          const [method, path] = route;
          const response = await fetch(`${base}/${path}`, { method });
          const text = await response.text();
          const told = `${method} ${base}/${path}: ${response.status} ${text.slice(0, 200)}`;
          // An operation that is not offered at a level says so to nobody in particular.
          assert.equal(response.status, 401, told);
          assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/, told);
          assert.match(text, /"login"/, told);
          asked++;
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
    }
    assert.ok(asked > 1000, String(asked));
    for (const open of ['metadata', 'metadata?_format=xml']) assert.equal((await ask(undefined, open)).status, 200);
  });

  it('[A02] refuses expired tokens, and those of the future', async () => {
    await refused(signed(header(), claims({ exp: now() - 1 })), 'exp');
    await refused(signed(header(), claims({ nbf: now() + 120 })), 'nbf');
    await refused(signed(header(), claims({ exp: undefined })), 'no exp');
  });

  it('[A03] refuses unsigned tokens', async () => {
    for (const alg of ['none', 'None', 'nOnE']) {
      await refused(`${part(header({ alg }))}.${part(claims())}.`, alg);
      await refused(signed(header({ alg }), claims()), `${alg}, signed`);
    }
    await refused(`${part(header())}.${part(claims())}.`, 'empty signature');
    await refused(`${part(header())}.${part(claims())}`, 'two parts');
  });

  it('[A05] refuses another payload under the signature of a token that it has just taken', async () => {
    const good = signed(header(), claims({ scope: 'system/Patient.r' }));
    assert.equal((await ask(`Bearer ${good}`)).status, 200);
    const [head = '', , signature = ''] = good.split('.');
    await refused(`${head}.${part(claims({ scope: 'system/*.cruds' }))}.${signature}`, 'another payload');
    assert.equal((await ask(`Bearer ${good}`)).status, 200);
  });

  it('[B33] a condition of a create finds what the token may read, and nothing else', async () => {
    const create = async (scope: string, status: number) => {
      const response = await fetch(`${server.customer}/Basic`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${signed(header(), claims({ scope }))}`,
          'content-type': 'application/fhir+json',
          'if-none-exist': 'identifier=urn:x|zq-unread',
        },
        body: JSON.stringify({
          resourceType: 'Basic',
          identifier: [{ system: 'urn:x', value: 'zq-unread' }],
          code: { text: 'x' },
        }),
      });
      assert.equal(response.status, status, `${scope}: ${await response.text()}`);
    };
    await create('system/Basic.cr', 201);
    await create('system/Basic.cr', 200);
    await create('system/Basic.c', 201);
  });

  it('[A04] refuses a public key as a secret', async () => {
    const text = `${part(header({ alg: 'HS256' }))}.${part(claims())}`;
    for (const secret of [JSON.stringify(key.publicJwk), key.publicJwk.x]) {
      await refused(`${text}.${createHmac('sha256', String(secret)).update(text).digest('base64url')}`, 'HS256');
    }
  });

  it('[A05] refuses a key that the token brings or names, and fetches none', async () => {
    let dialed = 0;
    const listener = createServer((_request, response) => {
      dialed++;
      response.end('{}');
    });
    await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as { port: number };
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const address = `http://127.0.0.1:${port}/keys`;
    const jwk = publicKey.export({ format: 'jwk' });
    for (const more of [{ jku: address }, { x5u: address }, { jwk }, { x5c: ['MIIB'] }, { kid: undefined }]) {
      await refused(signed(header(more), claims(), privateKey), Object.keys(more).join());
    }
    for (const kid of ['../../etc/passwd', "' OR 1=1", { $ne: 1 }, '__proto__', '']) {
      await refused(signed(header({ kid }), claims(), privateKey), String(kid));
    }
    listener.close();
    assert.equal(dialed, 0);
  });

  it('[A06] [A07] refuses tokens for others, of others, and of other kinds', async () => {
    for (const aud of ['https://other.example', ['urn:portico', 'https://other.example'], [], undefined, 7]) {
      await refused(signed(header(), claims({ aud })), JSON.stringify(aud));
    }
    for (const typ of ['JWT', 'id_token', 'dpop+jwt', undefined])
      await refused(signed(header({ typ }), claims()), String(typ));
    await refused(signed(header(), claims({ iss: 'https://other.example' })), 'issuer');
    await refused(signed(header(), claims({ client_id: 'nobody' })), 'client');
    await refused(signed(header(), claims({ client_id: 'demo-patient' })), 'a person’s client without a person');
    await refused(signed(header(), claims({ fhirUser: 'Person/demo-patient' })), 'a system’s client with a person');
  });

  it('[A08] refuses critical, encrypted and compressed ones in no time', async () => {
    const started = processorTime();
    await refused(signed(header({ crit: ['exp'] }), claims()), 'crit');
    await refused(signed(header({ b64: false, crit: ['b64'] }), claims()), 'b64');
    await refused(signed(header({ zip: 'DEF' }), claims()), 'zip');
    await refused(`${part({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9 })}.a.b.c.d`, 'JWE');
    assert.ok(processorTime() - started < 2000);
  });

  it('[A09] takes a token from one Authorization header alone', async () => {
    const token = signed(header(), claims());
    const inQuery = await ask(undefined, `Patient/demo-patient?access_token=${token}`);
    assert.equal(inQuery.status, 401);
    assert.ok(!inQuery.text.includes(token));
    assert.equal((await ask(`Bearer ${token}`, `Patient?access_token=${token}`)).status, 401);
    for (const scheme of [
      `Basic ${token}`,
      token,
      `Bearer ${token}, Bearer ${token}`,
      'Bearer',
      `Bearer  ${token} x`,
    ]) {
      assert.equal((await ask(scheme)).status, 401, scheme.slice(0, 12));
    }
    const form = await fetch(`${server.portal}/Patient/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `access_token=${token}`,
    });
    assert.equal(form.status, 401);
    const long = await ask(`Bearer ${'x'.repeat(64 * 1024)}`);
    assert.ok([400, 401, 431].includes(long.status), String(long.status));
    assert.equal(await twice(token), 401);
    const logs = await readdir(join(server.folder, 'audit'));
    for (const name of logs) assert.ok(!(await readFile(join(server.folder, 'audit', name), 'utf8')).includes(token));
  });

  /** Two Authorization headers, which fetch would join; only one of them is good. */
  function twice(token: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const url = new URL(`${server.portal}/Patient/demo-patient`);
      const headers = ['host', url.host, 'authorization', 'Bearer x', 'authorization', `Bearer ${token}`];
      const sent = request(url, { headers }, response => resolve(response.resume().statusCode));
      sent.on('error', reject).end();
    });
  }

  eachStorage((_name, open) => {
    it('[A10] [A27] an opaque token is stored as its hash, and ends with its record', async () => {
      const storage = await open();
      const { store, records } = storage;
      const own = await startTestServer({ storage });
      const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
      const expires = systemClock.now() + 60_000;
      const identity = { issuer: 'urn:portico:development', clientId: 'demo-system', subject: 'demo-system' };
      const token = newOpaque(random);
      const document = opaqueDocument(token, { ...identity, scope: 'system/Patient.rs', expires });
      await store.commit({ documents: [{ op: 'put', document, expect: 0 }] });
      assert.ok(!JSON.stringify(document).includes(token.slice(4)));
      assert.equal(await records.get('token', token, 0), undefined);
      const status = async () =>
        (await fetch(`${own.portal}/Patient/demo-patient`, { headers: { authorization: `Bearer ${token}` } })).status;
      assert.equal(await status(), 200);
      await store.commit({ documents: [revokeOpaque(token), raiseEpoch('client:demo-system')] });
      assert.equal(await status(), 401);
      await own.close();
      await store.close();
    });
  });
});
