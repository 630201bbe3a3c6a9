/** Issuers that lie, are slow, huge or down: whoever brings their tokens is refused, and nobody else notices. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { internalPosting } from '../../src/access/internal-posting.js';
import { startOtherServer, type OtherServer, type ReceivedRequest } from '../fixtures/http-server.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { putOf } from '../fixtures/storage-samples.js';
import { testWorld, type TestWorld } from '../fixtures/world.js';
import type { Storage } from '../../src/store/port.js';

const AUDIENCE = 'https://portal.example.org';
const INTROSPECTION = { clientId: 'us: er', clientSecret: 'se/cret+' };

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwks = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1' }] };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

type Handler = (request: ReceivedRequest, response: ServerResponse) => void;

/** A server that answers each address as the test says. */
async function scripted(): Promise<OtherServer & { answers: Map<string, Handler> }> {
  const answers = new Map<string, Handler>();
  const server = await startOtherServer((request, response) => {
    const answer = answers.get(request.url);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  return { ...server, answers };
}

const json =
  (body: unknown, status = 200): Handler =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('abuse: issuers that lie', () => {
  eachStorage((_name, open) => {
    let first: Awaited<ReturnType<typeof scripted>>;
    let second: Awaited<ReturnType<typeof scripted>>;
    let signing: Awaited<ReturnType<typeof scripted>>;
    let server: TestServer;
    let storage: Storage;
    let world: TestWorld;

    before(async function () {
      this.timeout(120_000);
      [first, second, signing] = await Promise.all([scripted(), scripted(), scripted()]);
      world = testWorld();
      storage = await open(world.clock);
      const person = (id: string) => ({
        ...putOf('portal', `Patient/${id}`, { postings: [internalPosting('Patient', 'own', `Patient/${id}`)] }),
        json: JSON.stringify({ resourceType: 'Patient', id, meta: { versionId: '1' }, active: true }),
      });
      await storage.store.commit({ puts: [person('p1'), person('p2')] });
      const opaque = (url: string) => ({
        ...{ issuer: url, audience: [AUDIENCE, `${url}/me`], userInfo: `${url}/me` },
        introspection: { url: `${url}/introspect`, ...INTROSPECTION },
      });
      const issuers = [
        opaque(first.url),
        opaque(second.url),
        { issuer: signing.url, audience: AUDIENCE, jwks, userInfo: `${signing.url}/me` },
        { issuer: 'https://static.example', audience: AUDIENCE, jwks, tokenType: 'JWT', algorithms: ['ES256'] },
      ];
      const env = { PORTICO_DEMO: '0', PORTICO_ISSUERS: JSON.stringify(issuers) };
      server = await startTestServer({ storage, world, env });
    });
    beforeEach(() => {
      for (const one of [first, second, signing]) {
        one.answers.clear();
        one.received.length = 0;
      }
      for (const one of [first, second]) one.answers.set('/introspect', json({ active: false }));
      // The circuits of the issuers are closed again.
      world.advance(60_000);
    });
    after(async () => {
      await server.close();
      await Promise.all([first, second, signing].map(one => one.close()));
      await storage.store.close();
    });

    const ask = (token: string, id = 'p1') =>
      fetch(`${server.portal}/Patient/${id}`, { headers: { authorization: `Bearer ${token}` } });
    const statusOf = async (token: string, id = 'p1'): Promise<number> => {
      const answer = await ask(token, id);
      await answer.arrayBuffer();
      return answer.status;
    };
    const seconds = () => Math.floor(world.clock.now() / 1000);
    const good = (issuer: OtherServer, more: object = {}) => ({
      ...{ active: true, iss: issuer.url, aud: AUDIENCE, sub: 's1', client_id: 'app', scope: 'patient/*.rs' },
      ...{ exp: seconds() + 600, token_type: 'Bearer' },
      ...more,
    });
    const who = (more: object = {}) => ({ sub: 's1', fhirUser: 'Patient/p1', ...more });
    const fresh = () => `opaque-${randomUUID()}`;

    function jwt(claims: object = {}, head: object = {}, key: KeyObject = pair.privateKey): string {
      const usual = { iss: signing.url, aud: AUDIENCE, sub: 's1', client_id: 'app', exp: seconds() + 600 };
      const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...head })}.${part({ ...usual, scope: 'patient/*.rs', ...claims })}`;
      return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    }

    it('[RN-7] asks the issuers in their order, as RFC 7662 has it, and no further than the one whose token it is', async () => {
      first.answers.set('/introspect', json(good(first)));
      first.answers.set('/me', json(who()));
      const token = fresh();
      assert.equal(await statusOf(token), 200);
      assert.equal(second.received.length, 0);
      const [introspection, userInfo] = first.received;
      assert.ok(introspection);
      assert.equal(introspection.method, 'POST');
      assert.deepEqual(
        [...new URLSearchParams(introspection.body)],
        [
          ['token', token],
          ['token_type_hint', 'access_token'],
        ],
      );
      const [name, secret] = Buffer.from(introspection.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      assert.deepEqual(
        [name, secret].map(one => new URLSearchParams(`x=${one}`).get('x')),
        Object.values(INTROSPECTION),
      );
      assert.equal(userInfo?.headers.authorization, `Bearer ${token}`);
      first.answers.set('/introspect', json({ active: false }));
      second.answers.set('/introspect', json(good(second)));
      second.answers.set('/me', json(who({ fhirUser: 'Patient/p2' })));
      assert.deepEqual([await statusOf(fresh(), 'p2'), await statusOf(fresh(), 'p1')], [200, 404]);
      // Random text may begin like a JWT.
      for (const head of ['{', '{"', ' {']) {
        const begun = Buffer.from(head).toString('base64url') + randomUUID();
        assert.equal(await statusOf(begun, 'p2'), 200, head);
      }
    });

    it('[A02] [A06] [A07] an answer of introspection that is not about a token for this server is none', async () => {
      first.answers.set('/me', json(who()));
      const wrong: object[] = [
        ...[{ active: 'true' }, { active: 1 }, { iss: second.url }, { iss: null }, { sub: undefined }, { sub: {} }],
        ...[
          { aud: undefined },
          { aud: [] },
          { aud: second.url },
          { aud: [AUDIENCE, 'https://other.example'] },
          { aud: `${first.url}/me` },
        ],
        ...[
          { exp: seconds() },
          { exp: seconds() - 1 },
          { exp: '9999999999' },
          { nbf: seconds() + 120 },
          { nbf: 'now' },
        ],
        ...[{ token_type: 'DPoP' }, { token_type: 'refresh_token' }, { client_id: undefined }, { client_id: ['app'] }],
      ];
      for (const more of wrong) {
        first.answers.set('/introspect', json(good(first, more)));
        assert.equal(await statusOf(fresh()), 401, JSON.stringify(more));
      }
      const taken: object[] = [
        { iss: undefined },
        { token_type: undefined },
        { nbf: seconds() + 20 },
        { aud: [AUDIENCE, `${first.url}/me`] },
      ];
      for (const more of taken) {
        first.answers.set('/introspect', json(good(first, more)));
        assert.equal(await statusOf(fresh()), 200, JSON.stringify(more));
      }
    });

    it('[RN-6] [RN-7] userInfo about somebody else is none, nor is one that takes no such token', async () => {
      first.answers.set('/introspect', json(good(first)));
      for (const answer of [json(who({ sub: 's2' })), json(who({ sub: undefined })), json({}, 401), json({}, 403)]) {
        first.answers.set('/me', answer);
        signing.answers.set('/me', answer);
        assert.deepEqual([await statusOf(fresh()), await statusOf(jwt({ jti: randomUUID() }))], [401, 401]);
      }
    });

    it('[RN-6] whose a JWT is, userInfo says where there is one; where there is none the token itself', async () => {
      signing.answers.set('/me', json(who({ fhirUser: 'Patient/p2' })));
      assert.equal(await statusOf(jwt({ fhirUser: 'Patient/p1' }), 'p1'), 404);
      assert.equal(await statusOf(jwt({ fhirUser: 'Patient/p1', jti: '2' }), 'p2'), 200);
      const own = { iss: 'https://static.example' };
      assert.equal(await statusOf(jwt({ ...own, fhirUser: 'Patient/p1' }, { typ: 'JWT' })), 200);
      assert.equal(await statusOf(jwt(own, { typ: 'JWT' })), 401);
      assert.equal(await statusOf(jwt({ ...own, fhirUser: 'Patient/p1' })), 401, 'a token of another type');
    });

    it('[A03] [A04] [A05] [A08] forged JWTs are refused, and no address that they name is dialled', async () => {
      signing.answers.set('/me', json(who()));
      const evil = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const own = { ...evil.publicKey.export({ format: 'jwk' }), kid: 'k1' };
      first.answers.set('/evil', json({ keys: [own] }));
      const heads: object[] = [
        ...[
          { jku: `${first.url}/evil` },
          { x5u: `${first.url}/evil` },
          { jwk: own },
          { x5c: ['x'] },
          { crit: ['x'], x: 1 },
          { b64: false },
        ],
        ...[
          { kid: '../../etc/passwd' },
          { kid: "' OR 1=1" },
          { kid: { $ne: 1 } },
          { kid: '__proto__' },
          { zip: 'DEF' },
        ],
        ...[{ alg: 'none' }, { alg: 'nOnE' }, { alg: 'HS256' }, { alg: 'RS256' }, { typ: 'JWT' }, { typ: undefined }],
      ];
      for (const head of heads) {
        assert.equal(await statusOf(jwt({}, head, evil.privateKey)), 401, JSON.stringify(head));
        assert.equal(await statusOf(jwt({}, head)), 401, JSON.stringify(head));
      }
      const text = jwt({}, { alg: 'HS256' }).split('.').slice(0, 2).join('.');
      for (const secret of [pair.publicKey.export({ format: 'pem', type: 'spki' }), JSON.stringify(jwks.keys[0])])
        assert.equal(await statusOf(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`), 401);
      for (const odd of [`${text}.`, text, `${part({ alg: 'dir', enc: 'A256GCM' })}....`, part({ alg: 'ES256' })])
        assert.equal(await statusOf(odd), 401, odd);
      assert.deepEqual([...first.received, ...second.received, ...signing.received], []);
      assert.equal(await statusOf(jwt()), 200);
    });

    it('an issuer that is slow or down costs its own callers alone', async () => {
      first.answers.set('/introspect', () => undefined);
      second.answers.set('/introspect', json(good(second)));
      second.answers.set('/me', json(who()));
      signing.answers.set('/me', json(who()));
      const finished: string[] = [];
      const note = (name: string) => (status: number) => finished.push(`${name} ${status}`);
      const own = { iss: 'https://static.example', fhirUser: 'Patient/p1' };
      second.answers.set('/introspect', ({ body }, response) =>
        json(body.includes('theirs') ? { active: false } : good(second))({} as ReceivedRequest, response),
      );
      const slow = statusOf(`theirs-${randomUUID()}`).then(note('slow'));
      await Promise.all([
        statusOf(jwt()).then(note('signing')),
        statusOf(jwt(own, { typ: 'JWT' })).then(note('static')),
        statusOf(fresh()).then(note('second')),
      ]);
      assert.deepEqual([...finished].sort(), ['second 200', 'signing 200', 'static 200']);
      await slow;
      assert.equal(finished.at(-1), 'slow 503');
    });

    it('an issuer that answers what it should not is at fault: 503, and try later', async () => {
      const odd: Handler[] = [
        ...[json({}, 500), json({}, 302), json({}, 204), json([good(first)]), json('x'), json(null), json({}, 401)],
        (_request, response) => response.writeHead(200).end('<html>'),
        (_request, response) => response.writeHead(200).end('{"active":true,"x":"' + 'x'.repeat(70_000) + '"}'),
        (_request, response) => response.destroy(),
      ];
      for (const [at, answer] of odd.entries()) {
        if (at % 4 === 0) world.advance(60_000);
        second.answers.set('/introspect', answer);
        const refused = await ask(fresh());
        assert.equal(refused.status, 503, String(at));
        assert.ok(Number(refused.headers.get('retry-after')) > 0);
        assert.ok(!(await refused.text()).includes(second.url));
        const body = JSON.stringify({ resourceType: 'Binary', contentType: 'text/plain', data: 'A'.repeat(400_000) });
        const headers = { authorization: `Bearer ${fresh()}`, 'content-type': 'application/fhir+json' };
        const large = await fetch(`${server.portal}/Binary`, { method: 'POST', headers, body });
        assert.equal(large.status, 503, await large.text());
      }
    });
  });
});
