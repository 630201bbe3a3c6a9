import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { Fault } from '../../src/fhir/fault.js';
import type { Resource } from '../../src/fhir/resource.js';
import { createApp } from '../../src/http/app.js';
import { headersOnly, listening, patient, raw, testApp, testParts } from './harness.js';

const outcome = (text: string): { code: string; diagnostics: string } => {
  const resource = JSON.parse(text) as Resource & { issue: { severity: string; code: string; diagnostics: string }[] };
  assert.equal(resource.resourceType, 'OperationOutcome');
  assert.equal(resource.issue[0]?.severity, 'error');
  return resource.issue[0];
};

describe('http/fhir: requests', () => {
  it('hands path, query, headers and body over as one value', async () => {
    const { app, seen } = testApp();
    await supertest(app)
      .post('/fhir/customer/demo/Patient/%24x?name=J%C3%B6rg+B&_count=2&_count=3&flag')
      .set('Content-Type', 'application/fhir+json')
      .send('{}');
    const [request] = seen;
    assert.equal(request?.base, 'https://portal.example/fhir/customer/demo');
    assert.deepEqual(request.path, ['Patient', '$x']);
    assert.deepEqual(request.query, [
      ['name', 'Jörg B'],
      ['_count', '2'],
      ['_count', '3'],
      ['flag', ''],
    ]);
    assert.equal(request.headers['content-type'], 'application/fhir+json');
    assert.deepEqual(request.body, { kind: 'bytes', bytes: Buffer.from('{}'), contentType: 'application/fhir+json' });
    assert.equal(request.id, 'id-1');
    assert.equal(request.deadline, 1_800_000_030_000);
  });

  it('hands the parameters of a form over, where a search or an operation takes them', async () => {
    const { app, seen } = testApp();
    const post = (path: string) => supertest(app).post(`/fhir/portal/${path}`).type('form').send('a=1&b=J%C3%B6rg+B');
    const parameters = [
      ['a', '1'],
      ['b', 'Jörg B'],
    ];
    for (const path of ['Patient/_search?c=2', 'Patient/1/Observation/_search', '_search', 'Patient/$match']) {
      await post(path);
      assert.deepEqual(seen.pop()?.body, { kind: 'form', parameters }, path);
    }
    await post('Binary');
    assert.equal(seen.pop()?.body?.kind, 'stream');
    const malformed = supertest(app).post('/fhir/portal/Patient/_search').type('form');
    assert.equal((await malformed.send('a=%zz')).status, 400);
  });

  it('reads the base with and without a slash', async () => {
    const { app, seen } = testApp();
    await supertest(app).get('/fhir/portal');
    await supertest(app).get('/fhir/portal/?_type=Patient');
    assert.deepEqual(
      seen.map(request => request.path),
      [[], []],
    );
  });

  it('[R33] [F02] refuses paths that two readers could understand differently', async () => {
    const { app, seen } = testApp();
    await listening(app, async server => {
      const bad = [
        '//Patient',
        '/Patient//1',
        '/Patient/%2F1',
        '/Patient/..%2f',
        '/Patient/%2e%2e/1',
        '/a/%00',
        '/a/%zz',
        '/a/%ff',
        '/./a',
        '/a%5Cb',
        '/Patient?a=%zz',
        '/Patient?a=%00',
      ];
      for (const path of bad) {
        const answer = await raw(server, `/fhir/portal${path}`);
        assert.equal(answer.status, 400, path);
        outcome(answer.text);
      }
    });
    assert.equal(seen.length, 0);
  });

  it('[R14] answers 404 for an endpoint that is not there', async () => {
    const { app } = testApp();
    for (const path of [
      '/fhir',
      '/fhir/',
      '/fhir/other/Patient',
      '/fhir/customer/nobody/Patient',
      '/fhir/portals',
      '/fhir/%70ortal',
    ]) {
      const answer = await supertest(app).get(path).expect(404);
      assert.equal(outcome(answer.text).code, 'not-found');
    }
  });

  it('[R14] answers 405 to unknown methods, and believes no header that overrides them', async () => {
    const { app, seen, refusals } = testApp();
    const answer = await supertest(app).propfind('/fhir/portal/Patient').expect(405);
    assert.match(answer.headers['allow'] ?? '', /GET/);
    outcome(answer.text);
    await supertest(app).post('/fhir/portal/Patient').set('X-HTTP-Method-Override', 'DELETE').send();
    assert.deepEqual(
      seen.map(({ method }) => method),
      ['POST'],
    );
    assert.deepEqual(refusals, [405], 'what the router does not see is logged');
  });

  it('[R153] echoes a sane X-Request-Id, and makes one otherwise', async () => {
    const { app, seen } = testApp();
    const sane = await supertest(app).get('/fhir/portal/Patient/1').set('X-Request-Id', 'abc-1.2:3');
    assert.equal(sane.headers['x-request-id'], 'abc-1.2:3');
    const odd = await supertest(app).get('/fhir/portal/Patient/1').set('X-Request-Id', 'a b<script>');
    assert.equal(odd.headers['x-request-id'], 'id-1');
    assert.deepEqual(
      seen.map(({ id }) => id),
      ['abc-1.2:3', 'id-1'],
    );
  });

  it('[F09] inflates gzip, deflate and br, and counts what comes out', async () => {
    const { app, seen } = testApp();
    await listening(app, async server => {
      const post = (body: Buffer, coding: string) =>
        raw(server, '/fhir/portal/Patient', {
          method: 'POST',
          body,
          headers: { 'content-encoding': coding, 'content-type': 'application/fhir+json' },
        });
      const small = Buffer.from('{"a":1}');
      for (const [coding, packed] of [
        ['gzip', gzipSync(small)],
        ['deflate', deflateSync(small)],
        ['br', brotliCompressSync(small)],
      ] as const) {
        assert.equal((await post(packed, coding)).status, 200, coding);
      }
      assert.deepEqual(
        seen.map(({ body }) => body?.kind === 'bytes' && Buffer.from(body.bytes).toString()),
        Array(3).fill('{"a":1}'),
      );
      const bomb = await post(gzipSync(Buffer.alloc(5_000_000)), 'gzip');
      assert.equal(bomb.status, 413);
      assert.equal(outcome(bomb.text).code, 'too-long');
      for (const coding of ['gzip, gzip', 'zstd', 'x', '__proto__'])
        assert.equal((await post(small, coding)).status, 415, coding);
      assert.equal((await post(Buffer.from('not gzip'), 'gzip')).status, 400);
      assert.equal((await post(gzipSync(small).subarray(0, 15), 'gzip')).status, 400);
    });
    assert.equal(seen.length, 3);
  });

  it('[R33] refuses a body over the limit, and lets the client read the answer', async () => {
    const { app, seen } = testApp();
    await listening(app, async server => {
      const answer = await raw(server, '/fhir/portal/Patient', { method: 'POST', body: Buffer.alloc(3000, 32) });
      assert.equal(answer.status, 413);
      const fits = await raw(server, '/fhir/portal/Patient', { method: 'POST', body: Buffer.alloc(1000, 32) });
      assert.equal(fits.status, 200);
    });
    assert.equal(seen.length, 1);
  });

  it('[E07] reads large bodies only of those who may call at all, and only so many at once', async () => {
    const { parts, seen } = testParts();
    const app = createApp({ ...parts, limits: { ...parts.limits, maxBody: 100_000 } });
    await listening(app, async server => {
      const post = (authorization: string, size: number) =>
        raw(server, '/fhir/portal/Patient', { method: 'POST', headers: { authorization }, body: 'x'.repeat(size) });
      for (const [authorization, size] of [
        ['Bearer good', 90_000],
        ['Bearer bad', 90_000],
        ['Bearer bad', 60_000],
      ] as const) {
        assert.equal((await post(authorization, size)).status, 200);
      }
      const sizes = seen.map(({ body }) => (body?.kind === 'bytes' ? body.bytes.length : undefined));
      assert.deepEqual(sizes, [90_000, undefined, 60_000]);
      const answers = await Promise.all(Array.from({ length: 20 }, () => post('Bearer good', 90_000)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    });
  });

  for (const [who, callers] of [
    ['one caller sends as many large bodies as it likes', () => 'good-but-slow'],
    ['forty callers send large bodies', (at: number) => `good-but-slow-${at}`],
  ] as const) {
    it(`[E07] [F13] serves others while ${who}, slowly`, async () => {
      const { parts } = testParts();
      const app = createApp({ ...parts, limits: { ...parts.limits, maxBody: 1_000_000 } });
      await listening(app, async server => {
        const { port } = server.address() as AddressInfo;
        const slow = Array.from({ length: 40 }, (_, at) => {
          const headers = { authorization: `Bearer ${callers(at)}`, 'content-length': '1000000' };
          const request = httpRequest({ port, path: '/fhir/portal/Patient', method: 'POST', headers, agent: false });
          request.on('error', () => undefined);
          request.write('x'.repeat(66_000));
          return request;
        });
        await new Promise(resolve => setTimeout(resolve, 100));
        const begun = performance.now();
        const headers = { authorization: 'Bearer good' };
        const body = 'x'.repeat(900_000);
        const { status } = await raw(server, '/fhir/portal/Patient', { method: 'POST', headers, body });
        assert.equal(status, 200);
        // Who has to wait, waits for ten seconds.
        assert.ok(performance.now() - begun < 9000, 'the other caller waited');
        for (const request of slow) request.destroy();
      });
    });
  }

  it('[E07] refuses a body that is announced too large before it is sent', async () => {
    const { app } = testApp();
    await listening(app, async server => {
      const headers = { 'content-length': '1001' };
      const { status } = await headersOnly(server, '/fhir/portal/Patient', headers);
      assert.equal(status, 413);
    });
  });

  it('[F10] refuses more than a hundred header fields', async () => {
    const { app, seen } = testApp();
    await listening(app, async server => {
      const headers = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x-${index}`, 'y']));
      assert.equal((await raw(server, '/fhir/portal/Patient', { headers })).status, 413);
    });
    assert.equal(seen.length, 0);
  });
});

describe('http/fhir: answers', () => {
  it('[R20] passes stored text through, with the headers of a private answer', async () => {
    const answer = await supertest(testApp().app).get('/fhir/portal/Patient/1').expect(200);
    assert.equal(answer.text, patient);
    assert.deepEqual(
      { ...answer.headers, date: '', connection: '', 'keep-alive': '' },
      {
        'cache-control': 'no-store',
        connection: '',
        'content-length': String(patient.length),
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
        'content-type': 'application/fhir+json; charset=utf-8',
        date: '',
        etag: 'W/"1"',
        'keep-alive': '',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        vary: 'accept, authorization, accept-encoding',
        'x-content-type-options': 'nosniff',
        'x-request-id': 'id-1',
      },
    );
  });

  it('[R22] answers HEAD with the headers of GET, and 304 without a body', async () => {
    const head = await supertest(testApp().app).head('/fhir/portal/Patient/1').expect(200);
    assert.equal(head.headers['content-length'], String(patient.length));
    assert.ok(!head.text);
    const { app } = testApp(() => ({ status: 304, headers: { etag: 'W/"1"' } }));
    const unchanged = await supertest(app).get('/fhir/portal/Patient/1').expect(304);
    assert.equal(unchanged.text, '');
    assert.equal(unchanged.headers['content-length'], undefined);
  });

  it('streams bytes, and cuts the connection where the stream fails', async () => {
    async function* bytes(fail: boolean): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one ');
      await Promise.resolve();
      if (fail) throw new Error('disk');
      yield Buffer.from('two');
    }
    const answering = (fail: boolean) =>
      testApp(() => ({
        status: 200,
        headers: {},
        body: { kind: 'stream', bytes: bytes(fail), length: 'one two'.length, contentType: 'text/plain' },
      })).app;
    await listening(answering(false), async server => {
      assert.equal((await raw(server, '/fhir/portal/Binary/1')).text, 'one two');
    });
    await listening(answering(true), async server => {
      await assert.rejects(raw(server, '/fhir/portal/Binary/1').then(({ text }) => assert.equal(text, 'one two')));
    });
  });

  it('[R13] tells no stack of what nobody foresaw', async () => {
    const { app, reports } = testApp(() => Promise.reject(new Error('secret detail')));
    const answer = await supertest(app).get('/fhir/portal/Patient/1').expect(500);
    assert.equal(outcome(answer.text).code, 'exception');
    assert.doesNotMatch(answer.text, /secret|at /);
    assert.equal(reports.length, 1);
  });

  it('puts no odd Content-Type into a header', async () => {
    const { app } = testApp(() => ({
      status: 200,
      headers: {},
      body: { kind: 'bytes', bytes: Buffer.from('x'), contentType: 'text/html\r\nx: y' },
    }));
    const answer = await supertest(app).get('/fhir/portal/Binary/1');
    assert.equal(answer.headers['content-type'], 'application/octet-stream');
  });

  it('[R13] answers faults as XML where XML was asked for', async () => {
    const { app } = testApp(() => {
      throw new Fault('not-found', 'no');
    });
    const answer = await supertest(app).get('/fhir/portal/Patient/1').set('Accept', 'application/fhir+xml').expect(404);
    assert.equal(answer.text, '<OperationOutcome/>');
  });
});

describe('http/fhir: other origins', () => {
  it('[R9] lets any origin ask with a token of its own', async () => {
    const { app, seen } = testApp();
    const preflight = await supertest(app)
      .options('/fhir/portal/Patient')
      .set('Origin', 'https://app.example')
      .set('Access-Control-Request-Method', 'PUT')
      .expect(204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.match(preflight.headers['access-control-allow-methods'] ?? '', /PUT/);
    assert.match(preflight.headers['access-control-allow-headers'] ?? '', /Authorization/);
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
    assert.equal(seen.length, 0);
    const answer = await supertest(app).get('/fhir/portal/metadata').set('Origin', 'https://app.example');
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.match(answer.headers['access-control-expose-headers'] ?? '', /ETag/);
  });

  it('[R120] serves well-known documents as plain JSON', async () => {
    const { app } = testApp();
    const answer = await supertest(app).get('/fhir/portal/.well-known/smart-configuration').expect(200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(answer.text), { token_endpoint: 'https://portal.example/token' });
    await supertest(app).get('/fhir/portal/.well-known/other').expect(404);
    await supertest(app).post('/fhir/portal/.well-known/smart-configuration').expect(405);
  });
});
