import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Agent, request, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { startServer, type RunningServer } from '../../src/http/server.js';

const start = (listener: RequestListener, change = {}): Promise<RunningServer> =>
  startServer(listener, { host: '127.0.0.1', port: 0, requestTimeout: 30_000, ...change });

/** What the server says to these bytes, until it hangs up; `drop` follows them every 20 ms. */
function exchange(port: number, bytes: string, drop = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const dropping = drop === '' ? undefined : setInterval(() => socket.write(drop), 20);
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', data => (text += data.toString()));
    socket.on('end', () => clearInterval(dropping));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

function get(port: number, agent: Agent): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent }, response => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Counts, and tells when a number is reached. */
function counting(): { add: () => void; reach: (wanted: number) => Promise<void> } {
  const events = new EventEmitter();
  let count = 0;
  return {
    add: () => void events.emit('more', ++count),
    async reach(wanted) {
      while (count < wanted) await once(events, 'more');
    },
  };
}

describe('http/server', () => {
  it('stops without dropping a request', async () => {
    const held = Promise.withResolvers<undefined>();
    const arrivals = counting();
    const server = await start((_request, response) => {
      arrivals.add();
      void held.promise.then(() => response.end('done'));
    });
    const agent = new Agent({ keepAlive: true });
    const running = [get(server.port, agent), get(server.port, agent)];
    await arrivals.reach(2);
    const stopped = server.stop({ grace: 1000 });
    assert.equal(server.draining, true);
    const late = get(server.port, agent);
    await arrivals.reach(3);
    held.resolve(undefined);
    const closed = { status: 200, connection: 'close' };
    assert.deepEqual(await Promise.all(running), [closed, closed], 'what was under way is told as well');
    assert.deepEqual(await late, closed);
    await stopped;
    await assert.rejects(get(server.port, new Agent()), { code: 'ECONNREFUSED' });
    agent.destroy();
  });

  it('handles a request that did not wait for the answer before it apart from the others of its turn', async () => {
    const order: string[] = [];
    const server = await start((incoming, response) => {
      order.push(incoming.url ?? '');
      setImmediate(() => order.push(`after ${incoming.url}`));
      response.end();
    });
    const last = 'GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    await exchange(server.port, `GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n${last}`);
    assert.deepEqual(order.slice(0, 2), ['/a', 'after /a']);
    assert.deepEqual(
      order.filter(entry => entry.startsWith('/')),
      ['/a', '/b', '/c'],
    );
    await server.stop({ grace: 0 });
  });

  it('cuts off at the limit what does not end', async () => {
    const arrivals = counting();
    const server = await start(() => arrivals.add());
    const agent = new Agent();
    const lost = assert.rejects(get(server.port, agent), { code: 'ECONNRESET' });
    await arrivals.reach(1);
    await server.stop({ grace: 10, limit: 60 });
    await lost;
  });

  it('[F10] answers what is no HTTP, and headers beyond measure, with an OperationOutcome', async () => {
    const server = await start((_request, response) => void response.end());
    const broken = await exchange(server.port, 'GET /\u0000 HTTP/1.1\r\n\r\n');
    assert.match(broken, /^HTTP\/1.1 400 .*OperationOutcome/s);
    const large = await exchange(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`);
    assert.match(large, /^HTTP\/1.1 431 .*too-long/s);
    await server.stop({ grace: 0 });
  });

  it('[F10] gives up on requests that do not come, or come in drops', async () => {
    const server = await start((request, response) => void request.resume().on('end', () => response.end()), {
      requestTimeout: 200,
    });
    const post = 'POST / HTTP/1.1\r\nHost: x\r\n';
    const beginnings: [begun: string, drop: string][] = [
      ['', ''],
      ['GET / HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'],
      [`${post}Content-Length: 1000\r\n\r\n`, ' '],
      [`${post}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    ];
    const answers = beginnings.map(([begun, drop]) => exchange(server.port, begun, drop));
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1.1 408 .*"code":"timeout"/s);
    await server.stop({ grace: 0 });
  });

  it('[F10] [R41] hangs up on callers that do not read', async () => {
    const server = await start((_request, response) => void response.end(Buffer.alloc(64 * 1024 * 1024)), {
      ...{ requestTimeout: 100, idleTimeout: 100 },
    });
    const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await new Promise(resolve => setTimeout(resolve, 1000));
    let read = 0;
    socket.on('data', data => (read += data.length));
    await new Promise(resolve => socket.once('close', resolve).once('error', () => undefined));
    assert.ok(read > 0 && read < 64 * 1024 * 1024);
    await server.stop({ grace: 0 });
  });

  it('[B35] refuses tunnels, and a request with two hosts', async () => {
    const server = await start((_request, response) => void response.end());
    const tunnel = await exchange(server.port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
    assert.match(tunnel, /^HTTP\/1.1 405 .*OperationOutcome/s);
    const twice = await exchange(server.port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
    assert.match(twice, /^HTTP\/1.1 400 .*OperationOutcome/s);
    await server.stop({ grace: 0 });
  });

  it('shows two Authorization headers as two', async () => {
    let seen: string | undefined;
    const server = await start((request, response) => {
      seen = request.headers.authorization;
      response.end();
    });
    await exchange(
      server.port,
      'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\nConnection: close\r\n\r\n',
    );
    assert.equal(seen, 'Bearer a, Bearer b');
    await server.stop({ grace: 0 });
  });
});
