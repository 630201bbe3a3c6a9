import assert from 'node:assert/strict';
import { Agent, request, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { startServer, type RunningServer } from '../../src/http/server.js';

const start = (listener: RequestListener, change = {}): Promise<RunningServer> =>
  startServer(listener, { host: '127.0.0.1', port: 0, ...change });

/** What the server says to these bytes, until it hangs up. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', data => (text += data.toString()));
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

describe('http/server', () => {
  it('stops without dropping a request', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    const server = await start((_request, response) => void held.then(() => response.end('done')));
    const agent = new Agent({ keepAlive: true });
    const running = [get(server.port, agent), get(server.port, agent)];
    await new Promise(resolve => setTimeout(resolve, 50));
    const stopped = server.stop({ grace: 50 });
    assert.equal(server.draining, true);
    const late = get(server.port, agent);
    setTimeout(release, 100);
    assert.deepEqual(
      (await Promise.all(running)).map(({ status }) => status),
      [200, 200],
    );
    assert.deepEqual(await late, { status: 200, connection: 'close' });
    await stopped;
    await assert.rejects(get(server.port, new Agent()), { code: 'ECONNREFUSED' });
    agent.destroy();
  });

  it('cuts off at the limit what does not end', async () => {
    const server = await start(() => undefined);
    const agent = new Agent();
    const lost = assert.rejects(get(server.port, agent), { code: 'ECONNRESET' });
    await new Promise(resolve => setTimeout(resolve, 50));
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

  it('[F10] gives up on headers that do not come', async () => {
    const server = await start((_request, response) => void response.end(), {
      headersTimeout: 100,
      requestTimeout: 200,
    });
    assert.match(await exchange(server.port, 'GET / HTTP/1.1\r\nHost: x\r\nX-A:'), /^HTTP\/1.1 408 .*timeout/s);
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
