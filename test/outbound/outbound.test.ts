/** Outbound calls against real servers that behave and misbehave. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { createOutbound, type Outbound, type OutboundOptions } from '../../src/outbound/outbound.js';
import { OutboundError } from '../../src/outbound/outbound-error.js';
import { certificate, startOtherServer, type Answer, type OtherServer } from '../fixtures/http-server.js';

const limits = { connect: 400, headers: 400, body: 400, whole: 600 };
const hasty = { limits };

describe('outbound calls', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function server(answer: Answer, options = {}): Promise<OtherServer> {
    const one = await startOtherServer(answer, options);
    ends.push(one.close);
    return one;
  }

  function outbound(hosts: string[], options: OutboundOptions = hasty, networks: string[] = []): Outbound {
    const one = createOutbound({ hosts, networks }, options);
    ends.push(one.close);
    return one;
  }

  const failure = (expected: RegExp, unsent: boolean) => (error: unknown) => {
    assert.ok(error instanceof OutboundError, String(error));
    assert.match(error.message, expected);
    assert.equal(error.unsent, unsent, error.message);
    return true;
  };

  it('sends method, headers and body, and answers as fetch does', async () => {
    const other = await server((_request, response) => response.writeHead(201, { 'X-Id': '7' }).end('{"sid":"SM1"}'));
    const { fetch } = outbound([other.host]);
    const body = new URLSearchParams({ To: '+15555550100', Body: 'é' });
    const answer = await fetch(`${other.url}/Messages.json?a=1`, {
      method: 'POST',
      headers: { Authorization: 'Basic x' },
      body,
    });
    assert.deepEqual([answer.status, answer.headers.get('x-id'), await answer.json()], [201, '7', { sid: 'SM1' }]);
    const [request] = other.received;
    assert.deepEqual([request?.method, request?.url], ['POST', '/Messages.json?a=1']);
    assert.equal(request?.headers.authorization, 'Basic x');
    assert.match(String(request.headers['content-type']), /^application\/x-www-form-urlencoded/);
    assert.equal(request.body, 'To=%2B15555550100&Body=%C3%A9');
  });

  it('[G05] [G07] follows no redirect', async () => {
    const inner = await server((_request, response) => response.end('secret'));
    const other = await server((_request, response) => response.writeHead(302, { Location: inner.url }).end());
    const answer = await outbound([other.host, inner.host]).fetch(other.url, { headers: { Authorization: 'Basic x' } });
    assert.equal(answer.status, 302);
    assert.equal(inner.connections(), 0);
  });

  it('[G03] a name that leads to a private address is not dialled, nor one of which a single address is private', async () => {
    const other = await server((_request, response) => response.end('inner'));
    const at = (...addresses: string[]) =>
      outbound([`gateway.example:${other.port}`], {
        limits,
        resolve: (_host, done) =>
          done(
            null,
            addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
          ),
      });
    for (const addresses of [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['2606:4700::1', '::1'],
      [],
    ])
      await assert.rejects(
        at(...addresses).fetch(`https://gateway.example:${other.port}/`),
        failure(/^refused$/, true),
      );
    assert.equal(other.connections(), 0);
  });

  it('[G03] a name that changes between two look-ups is dialled where it was checked', async () => {
    const other = await server((_request, response) => response.writeHead(200, { Connection: 'close' }).end('inner'));
    let asked = 0;
    const { fetch } = outbound(
      [`localhost.example:${other.port}`],
      {
        limits,
        resolve: (_host, done) => done(null, [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]),
      },
      ['127.0.0.1/32'],
    );
    const first = await fetch(`http://localhost.example:${other.port}/`);
    assert.equal(await first.text(), 'inner');
    assert.deepEqual([asked, other.received[0]?.headers.host], [1, `localhost.example:${other.port}`]);
    await other.close();
    await assert.rejects(fetch(`http://localhost.example:${other.port}/`), failure(/^refused$/, true));
  });

  it('[G09] a slow look-up of a name is one, however many calls wait for it, and the next call looks it up again', async () => {
    const other = await server((_request, response) => response.writeHead(200, { Connection: 'close' }).end('well'));
    const asked: (() => void)[] = [];
    const { fetch } = outbound(
      [`slow.example:${other.port}`],
      { resolve: (_host, done) => asked.push(() => done(null, [{ address: '127.0.0.1', family: 4 }])) },
      ['127.0.0.1/32'],
    );
    const call = () => fetch(`http://slow.example:${other.port}/`).then(({ status }) => status);
    const lookedUp = async (times: number): Promise<void> => {
      for (let waited = 0; asked.length < times && waited < 400; waited++) await pause(5);
      await pause(20);
      assert.equal(asked.length, times);
      asked[times - 1]?.();
    };
    const calls = [call(), call(), call()];
    await lookedUp(1);
    assert.deepEqual(await Promise.all(calls), [200, 200, 200]);
    const next = call();
    await lookedUp(2);
    assert.equal(await next, 200);
  });

  it('[G03] over TLS, the name stays the one that is asked for', async () => {
    const other = await server((_request, response) => response.end('hello'), { secure: true });
    const resolve: OutboundOptions['resolve'] = (_host, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const names = ['gateway.example', 'other.example'].map(name => `${name}:${other.port}`);
    const call = (name?: string) =>
      outbound(names, { limits, resolve }, ['127.0.0.0/8']).fetch(`https://${String(name)}/`);
    await assert.rejects(call(names[0]), failure(/^unreachable \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/, true));
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, certificate.slice(certificate.indexOf('-----BEGIN CERT'))]);
    ends.push(() => setDefaultCACertificates(before));
    assert.equal(await (await call(names[0])).text(), 'hello');
    await assert.rejects(call(names[1]), failure(/^unreachable \(ERR_TLS_CERT_ALTNAME_INVALID\)$/, true));
  });

  const slow: [string, Answer, RegExp][] = [
    ['never answers', () => undefined, /^timeout$/],
    ['begins its body and stops', (_request, response) => response.write('x'), /^timeout$/],
    [
      'sends a byte at a time for ever',
      (_request, response) => {
        const drip = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(drip));
      },
      /^timeout$/,
    ],
    [
      'answers with more than allowed',
      (_request, response) => {
        const flood = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
          if (!response.destroyed) response.once('drain', flood);
        };
        flood();
      },
      /^too-large$/,
    ],
    [
      'has endless headers',
      (_request, response) => response.writeHead(200, { x: 'x'.repeat(100_000) }).end(),
      /^broken/,
    ],
    ['hangs up', (_request, response) => response.destroy(), /^broken \(ECONNRESET\)$/],
    ['hangs up within its body', (_request, response) => response.write('x', () => response.destroy()), /^broken/],
    ['speaks no HTTP', (_request, response) => response.socket?.end('220 smtp ready\r\n'), /^broken \(HPE_/],
  ];
  for (const [how, answer, expected] of slow)
    it(`[G09] ends the call of a server that ${how}`, async () => {
      const other = await server(answer);
      await assert.rejects(outbound([other.host]).fetch(other.url), failure(expected, false));
    });

  const phases: [string, Answer][] = [
    ['headers', () => undefined],
    ['body', (_request, response) => response.write('x')],
  ];
  for (const [phase, answer] of phases)
    it(`[G09] the ${phase} of an answer have a time of their own`, async () => {
      const other = await server(answer);
      const hour = 3600_000;
      const own = { connect: hour, headers: hour, body: hour, whole: hour, [phase]: 100 };
      const call = outbound([other.host], { limits: own }).fetch(other.url);
      await assert.rejects(Promise.race([call, pause(10_000)]), failure(/^timeout$/, false));
    });

  it('[G09] ends a connection that is taken and never greeted, within the time to connect', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    ends.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const call = outbound([`127.0.0.1:${port}`]).fetch(`https://127.0.0.1:${port}/`);
    await assert.rejects(call, failure(/^unreachable$/, true));
  });

  it('[G09] unpacks nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    const other = await server((_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb),
    );
    const answer = await outbound([other.host]).fetch(other.url);
    assert.equal((await answer.arrayBuffer()).byteLength, bomb.length);
    assert.equal(other.received[0]?.headers['accept-encoding'], 'identity');
  });

  it('ends a call that its caller gives up', async () => {
    const other = await server(() => undefined);
    const call = outbound([other.host]).fetch(other.url, { signal: AbortSignal.timeout(50) });
    await assert.rejects(call, failure(/^timeout$/, false));
  });

  it('says nothing of address, headers or body where it fails', async () => {
    const other = await server((_request, response) => response.destroy());
    const { fetch } = outbound([other.host]);
    for (const url of [`${other.url}/Accounts/AC123`, 'https://evil.example/AC123', 'http://127.0.0.1:1/AC123']) {
      const error = await fetch(url, { headers: { authorization: 'AC123' } }).then(() => assert.fail(), String);
      assert.doesNotMatch(error, /AC123|127\.0|evil/);
    }
  });
});

describe('circuits of outbound calls', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function pair(answer: Answer, more: Partial<OutboundOptions['limits']> = {}) {
    const bad = await startOtherServer(answer);
    const good = await startOtherServer((_request, response) => response.end('well'));
    const suspended: string[] = [];
    const outbound = createOutbound(
      { hosts: [bad.host, good.host], networks: [] },
      { limits: { ...limits, ...more }, suspended: target => suspended.push(target) },
    );
    ends.push(bad.close, good.close, outbound.close);
    return { bad, good, outbound, suspended };
  }

  const messageOf = (call: Promise<Response>): Promise<string> =>
    call.then(
      ({ status }) => String(status),
      (error: unknown) => (error as Error).message,
    );

  it('[G09] calls no more where most calls failed, tries one after a while, and goes on where that succeeds', async () => {
    let well = false;
    const { bad, good, outbound, suspended } = await pair(
      (_request, response) => response.writeHead(well ? 200 : 503).end(),
      { suspension: 200 },
    );
    for (let i = 0; i < 5; i++) assert.equal(await messageOf(outbound.fetch(bad.url)), '503');
    assert.equal(await messageOf(outbound.fetch(bad.url)), 'suspended');
    assert.equal(bad.received.length, 5);
    assert.deepEqual(suspended, [bad.url]);
    assert.equal(await messageOf(outbound.fetch(good.url)), '200');
    await new Promise(resolve => setTimeout(resolve, 250));
    well = true;
    assert.equal(await messageOf(outbound.fetch(bad.url)), '200');
    assert.equal(await messageOf(outbound.fetch(bad.url)), '200');
  });

  it('[G09] a target that hangs holds up no other, and has no more calls at once than allowed', async () => {
    const { bad, good, outbound } = await pair(() => undefined, { concurrent: 3 });
    const hung = [1, 2, 3, 4, 5].map(() => messageOf(outbound.fetch(bad.url)));
    const others = await Promise.all([1, 2, 3].map(() => messageOf(outbound.fetch(good.url))));
    assert.deepEqual(others, ['200', '200', '200']);
    assert.deepEqual(await Promise.all(hung), ['timeout', 'timeout', 'timeout', 'busy', 'busy']);
  });

  it('answers that refuse one request leave the circuit closed', async () => {
    const { bad, outbound } = await pair((_request, response) => response.writeHead(400).end());
    for (let i = 0; i < 10; i++) assert.equal(await messageOf(outbound.fetch(bad.url)), '400');
  });
});
