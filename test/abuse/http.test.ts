/** Requests made to be misread on their way in, and what answers and logs may say. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { startTestServer, type TestServer } from '../fixtures/server.js';
import { processorTime } from '../fixtures/processor-time.js';

/** What comes back for these bytes, up to the end of the connection. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setTimeout(30_000, () => socket.destroy(new Error(`no answer to ${text.slice(0, 100)}`)));
    socket.on('data', chunk => (answer += chunk.toString()));
    // A server that refuses before it has read all may reset the connection.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    );
    socket.on('close', () => resolve(answer));
  });
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

describe('hostile HTTP', () => {
  let server: TestServer;
  let port: number;
  let authorization: string;
  before(async () => {
    server = await startTestServer();
    port = Number(new URL(server.url).port);
    authorization = `Authorization: Bearer ${server.token('demo-system')}`;
  });
  after(() => server.close());

  const send = (line: string, fields: readonly string[] = [], body = '') =>
    exchange(port, [`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...fields, '', body].join('\r\n'));
  const get = (path: string, ...fields: string[]) => send(`GET ${path}`, [authorization, ...fields]);

  it('[B36] requests that two servers would take apart differently: 400, and the connection closed', async () => {
    const post = (...fields: string[]) =>
      exchange(
        port,
        [
          'POST /fhir/portal/Patient HTTP/1.1',
          'Host: x',
          ...fields,
          '',
          '0\r\n\r\nGET /fhir/portal/metadata HTTP/1.1\r\nHost: x\r\n\r\n',
        ].join('\r\n'),
      );
    for (const fields of [
      ['Content-Length: 5', 'Transfer-Encoding: chunked'],
      ['Content-Length: 5', 'Content-Length: 6'],
      ['Transfer-Encoding : chunked'],
      ['Transfer-Encoding: chunked, identity'],
      ['X-Folded: a', '\tb'],
      ['Content-Length: +5'],
      ['Content-Length: 5\rX: y'],
      ['Transfer-Encoding: xchunked'],
    ]) {
      const answer = await post(...fields);
      assert.equal(statusOf(answer), 400, `${fields.join(' / ')}: ${answer}`);
      assert.match(answer, /connection: close/i);
      assert.equal(answer.split('HTTP/1.1 ').length, 2, 'one answer alone');
      assert.match(answer, /"resourceType":"OperationOutcome"/);
    }
  });

  it('[B35] methods and paths in disguise mean what they say, or are refused', async () => {
    for (const method of ['TRACE', 'PROPFIND', 'SEARCH', 'LINK']) {
      assert.equal(statusOf(await send(`${method} /fhir/portal/Patient/demo-patient`, [authorization])), 405, method);
    }
    assert.equal(statusOf(await send('FETCH /fhir/portal/Patient')), 400);
    assert.equal(statusOf(await get('/fhir/portal/Patient/demo-patient', 'X-HTTP-Method-Override: DELETE')), 200);
    for (const path of [
      ...[
        '/fhir/portal//Patient',
        '/fhir/portal/Patient//demo-patient',
        '/fhir/portal/./Patient',
        '/fhir/portal/x/../Patient',
      ],
      ...[
        '/fhir/portal/Patient%2Fdemo-patient',
        '/fhir/portal/%2e%2e/customer/demo/Patient',
        '/fhir/portal/Patient/%00',
      ],
      ...['/fhir/portal/Patient/demo-patient;x', '/fhir/portal/Patient;x/demo-patient', '/FHIR/portal/Patient'],
    ]) {
      const status = statusOf(await get(path));
      assert.ok(status === 400 || status === 404, `${path}: ${status}`);
    }
    const absolute = await get('http://evil.example/fhir/portal/Patient/demo-patient');
    assert.equal(statusOf(absolute), 400, absolute);
    assert.equal(statusOf(await send('GET /fhir/portal/Patient/demo-patient')), 401);
  });

  it('[F10] too many headers, too long ones, and addresses without end', async () => {
    const many = Array.from({ length: 20_000 }, (_one, at) => `X-${at}: a`);
    const refused = async (path: string, ...fields: string[]) => {
      const answer = await get(path, ...fields);
      assert.ok(answer === '' || statusOf(answer) === 431, answer);
    };
    await refused(`/fhir/portal/Patient?name=${'a'.repeat(65_536)}`);
    await refused('/fhir/portal/metadata', `X-A: ${'a'.repeat(65_536)}`);
    await refused('/fhir/portal/metadata', ...many);
    assert.equal(statusOf(await get('/fhir/portal/metadata', ...many.slice(0, 200))), 413);
  });

  it('[F18] odd values of headers', async () => {
    const long = 'a;q=0.1, '.repeat(900);
    for (const name of [
      'Accept',
      'Accept-Language',
      'Prefer',
      'If-Match',
      'If-None-Match',
      'Range',
      'Cookie',
      'Origin',
    ]) {
      for (const value of [long, ' '.repeat(8000), ';='.repeat(4000), '"'.repeat(8000), '\xff\xfe', '\\']) {
        const began = processorTime();
        const answer = await get('/fhir/portal/Patient/demo-patient', `${name}: ${value}`);
        assert.ok(
          [200, 304, 400, 406, 412].includes(statusOf(answer)),
          `${name}: ${value.slice(0, 20)} ${answer.slice(0, 300)}`,
        );
        assert.ok(processorTime() - began < 1000, name);
      }
    }
    const split = await get('/fhir/portal/Patient/demo-patient', 'X-Request-Id: a\r\n b');
    assert.doesNotMatch(split, /\r\n b/);
  });

  it('[A09] tokens in places where they do not belong', async () => {
    const token = server.token('demo-system');
    assert.equal(statusOf(await send(`GET /fhir/portal/Patient?access_token=${token}`)), 401);
    const form = `access_token=${token}`;
    const fields = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`];
    assert.equal(statusOf(await send('POST /fhir/portal/Patient/_search', fields, form)), 401);
    assert.ok([400, 401].includes(statusOf(await get('/fhir/portal/Patient', authorization))), 'two headers');
    assert.ok(
      [400, 401, 431, NaN].includes(
        statusOf(await send('GET /fhir/portal/Patient', [`Authorization: Bearer ${'a'.repeat(65_536)}`])),
      ),
    );
    assert.equal(statusOf(await send('GET /fhir/portal/Patient', [`authorization: bearer ${token}`])), 200);
  });

  it('[H08] nothing of the workshop is to be seen', async () => {
    for (const path of [
      '.git/config',
      '.env',
      'package.json',
      'metrics',
      'debug',
      'dist/src/main.js',
      'data/portico.db',
      '%2e%2e/package.json',
    ]) {
      assert.ok([400, 404].includes(statusOf(await get(`/${path}`))), path);
    }
    assert.doesNotMatch(await get('/fhir/portal/metadata'), /express|node\.?js|sqlite/i);
  });

  it('[H09] answers of every route say how they may be used', async () => {
    for (const path of [
      '/fhir/portal/metadata',
      '/fhir/portal/Patient/demo-patient',
      '/fhir/x',
      '/',
      '/nowhere',
      '/health/live',
      '/health/ready',
    ]) {
      const answer = await get(path);
      assert.match(answer, /cache-control: no-store/i, path);
      assert.match(answer, /x-content-type-options: nosniff/i, path);
      assert.match(answer, /content-security-policy: default-src 'none'/i, path);
      assert.match(answer, /content-type: [^\r]*charset=utf-8/i, path);
      assert.doesNotMatch(answer, /x-powered-by|\nserver:/i, path);
    }
  });

  it('[H10] every path served is a declared one', async () => {
    for (const type of ['Account', 'Parameters', 'Bundle', 'OperationOutcome', 'Nothing', 'Subscription']) {
      assert.equal(statusOf(await get(`/fhir/portal/${type}`)), 404, type);
    }
    for (const path of ['$everything', '$x', 'Patient/$x', 'Patient/demo-patient/$x', 'Patient/demo-patient/x', '_x']) {
      assert.equal(statusOf(await get(`/fhir/portal/${path}`)), 404, path);
    }
  });
});
