/** Compressed answers: which coding, and that no length tells whether a request repeats a secret. */
import assert from 'node:assert/strict';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { codingFor, createCompress, LEAST } from '../../src/http/compress.js';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { testApp } from './harness.js';
import supertest from 'supertest';

const apart = { reflected: 10, stable: false };
const whole = { reflected: 0, stable: false };
const long = JSON.stringify({ resourceType: 'Patient', id: '1', name: [{ family: 'x'.repeat(2000) }] });

describe('http/compress', () => {
  it('[R12] the caller chooses the coding', () => {
    const table: [header: string, coding: string | undefined, inParts?: string | undefined][] = [
      ['gzip, deflate, br', 'br', 'gzip'],
      ['gzip', 'gzip', 'gzip'],
      ['br', 'br', undefined],
      ['br;q=0.5, gzip;q=0.8', 'gzip', 'gzip'],
      ['*', 'br', 'gzip'],
      ['br;q=0, *;q=0.1', 'gzip', 'gzip'],
      ['gzip;q=0', undefined],
      ['identity', undefined],
      ['identity;q=1, gzip;q=0.5', undefined],
      ['GZIP ; q=1.0', 'gzip', 'gzip'],
      ['', undefined],
      ['deflate, zstd', undefined],
      ['gzip;q=x', undefined],
    ];
    for (const [header, coding, inParts] of table) {
      assert.equal(codingFor(header, LEAST, whole), coding, header);
      assert.equal(codingFor(header, LEAST, apart), inParts, header);
      assert.equal(codingFor(header, LEAST - 1, whole), undefined);
    }
  });

  it('[BREACH] the length does not tell whether the reflected part repeats the rest', async () => {
    const compress = createCompress();
    const secret = 'family=Whitfield&code=8f3a91c2';
    const rest = `"entry":[${`{"x":"${secret}"},`.repeat(20)}]`;
    const other = '0123456789 ABCDEFGHIJKLMNOPQ RSTUVWXYZ';
    const lengthOf = async (reflected: string, text: string) =>
      (await compress(reflected + text, 'gzip', { reflected: reflected.length, stable: false })).length;
    const guesses = [secret, 'family=Whitfield&code=8f3a91c3', 'nothing-of-this-is-in-there-xx', secret.repeat(3)];
    const added = new Set<number>();
    for (const guess of guesses) added.add((await lengthOf(guess, rest)) - (await lengthOf(guess, other)));
    assert.equal(added.size, 1);
    const bytes = await compress(secret + rest, 'gzip', { reflected: secret.length, stable: false });
    assert.equal(gunzipSync(bytes).toString(), secret + rest);
    assert.ok(bytes.length < rest.length / 4);
  });

  it('compresses a stable text once', async () => {
    const compress = createCompress();
    const stable = { reflected: 0, stable: true };
    const first = await compress(long, 'br', stable);
    assert.equal(await compress(long, 'br', stable), first);
    assert.notEqual(await compress(long, 'gzip', stable), first);
    assert.notEqual(await compress(long, 'br', whole), await compress(long, 'br', whole));
  });

  it('leaves alone what does not say that it may be compressed, and HEAD', async () => {
    const plain = testApp(() => ({ status: 200, headers: {}, body: { kind: 'json', text: long } })).app;
    const answer = await supertest(plain).get('/fhir/portal/Patient/1').set('accept-encoding', 'gzip');
    assert.equal(answer.headers['content-encoding'], undefined);
    const ready = testApp(() => ({ status: 200, headers: {}, reflected: 0, body: { kind: 'json', text: long } })).app;
    const head = await supertest(ready).head('/fhir/portal/Patient/1').set('accept-encoding', 'gzip');
    assert.equal(head.headers['content-encoding'], undefined);
    const asked = await supertest(ready).get('/fhir/portal/Patient/1').set('accept-encoding', 'gzip');
    assert.equal(asked.headers['content-encoding'], 'gzip');
    assert.equal(asked.text, long);
  });
});

describe('compressed answers', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const name = Array.from({ length: 40 }, (_one, at) => ({ family: 'Compressible', given: [`Given ${at}`, 'Äöü'] }));
    await call('PUT', 'Patient/large', {}, { resourceType: 'Patient', id: 'large', name });
  });
  after(() => server.close());

  const call = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    fetch(`${server.customer}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${server.token('demo-system')}`,
        'content-type': 'application/fhir+json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function coded(path: string, encoding: string): Promise<string | null> {
    const plain = await call('GET', path, { 'accept-encoding': 'identity' });
    const answer = await call('GET', path, { 'accept-encoding': encoding });
    assert.match(answer.headers.get('vary') ?? '', /accept-encoding/);
    assert.equal(plain.headers.get('content-encoding'), null);
    const [text, expected] = [await answer.text(), await plain.text()];
    const link = /_page=[\w-]+/g;
    assert.equal(text.replaceAll(link, ''), expected.replaceAll(link, ''), path);
    const coding = answer.headers.get('content-encoding');
    if (coding !== null) assert.ok(Number(answer.headers.get('content-length')) < expected.length / 2, path);
    return coding;
  }

  it('[R12] reads, versions, searches and the statement are compressed, in each format', async () => {
    for (const path of [
      'Patient/large',
      'Patient/large/_history/1',
      'Patient/large?_format=xml',
      'metadata',
      'metadata?_format=xml',
    ]) {
      assert.equal(await coded(path, 'gzip'), 'gzip', path);
      assert.equal(await coded(path, 'gzip, br'), 'br', path);
    }
    assert.equal(await coded('Patient?family=compressible', 'gzip, br'), 'gzip');
    assert.equal(await coded('Patient/large/_history?_since=2020', 'gzip, br'), 'gzip');
  });

  it('[BREACH] what repeats the request among its secrets is not compressed', async () => {
    assert.equal(await coded('Patient?family=compressible&_format=xml', 'gzip, br'), null);
    assert.equal(await coded('Patient?family=compressible&_pretty=true', 'gzip, br'), null);
    const operation = await call('GET', 'Patient/large/$everything', { 'accept-encoding': 'gzip' });
    assert.deepEqual([operation.status, operation.headers.get('content-encoding')], [200, null]);
    const lenient = { 'accept-encoding': 'gzip', prefer: 'handling=lenient' };
    const warned = await call('GET', 'Patient?family=compressible&colour=x', lenient);
    assert.equal(warned.headers.get('content-encoding'), null);
    const refused = await call('GET', `Patient?${'colour'.repeat(500)}=x`, lenient);
    assert.equal(refused.headers.get('content-encoding'), null);
  });

  it('Brotli comes out as it went in', async () => {
    const compress = createCompress();
    assert.equal(brotliDecompressSync(await compress(long, 'br', whole)).toString(), long);
  });
});
