import assert from 'node:assert/strict';
import { Fault } from '../../src/fhir/fault.js';
import { createLog, type Log } from '../../src/observe/log.js';

/** A log that keeps its lines. */
function capture(level: 'info' | 'debug' = 'info'): { log: Log; lines: Record<string, unknown>[]; text: () => string } {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return {
    log: createLog({ level, actorKey: new Uint8Array(32), destination }),
    lines,
    text: () => JSON.stringify(lines),
  };
}

const line = {
  id: 'r1',
  method: 'GET',
  route: '/fhir/portal/Patient/:id',
  status: 200,
  ms: 1.26,
  actor: 'Person/p1',
};

describe('observe/log', () => {
  it('writes a request as one line: id, method, route, status, duration, and the actor as a hash', () => {
    const { log, lines } = capture();
    log.request(line);
    const { time, ...rest } = lines[0] ?? {};
    assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(rest, {
      level: 'info',
      id: 'r1',
      method: 'GET',
      route: '/fhir/portal/Patient/:id',
      status: 200,
      ms: 1.3,
      actor: rest['actor'],
      msg: 'request',
    });
    assert.match(String(rest['actor']), /^[\w-]{16}$/);
  });

  it('gives one person one hash under one key, and another under another', () => {
    const { log, lines } = capture();
    log.request(line);
    log.request({ ...line, id: 'r2' });
    log.request({ ...line, actor: 'Person/p2' });
    const hashes = lines.map(entry => entry['actor']);
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[0], hashes[2]);
    const other: string[] = [];
    const key = new Uint8Array(32).fill(1);
    createLog({ level: 'info', actorKey: key, destination: { write: text => void other.push(text) } }).request(line);
    assert.doesNotMatch(String(other), new RegExp(String(hashes[0])));
  });

  it('writes a failed request as an error', () => {
    const { log, lines } = capture();
    log.request({ ...line, status: 503 });
    assert.equal(lines[0]?.['level'], 'error');
  });

  it('holds back what is less severe than its level', () => {
    const { log, lines } = capture('info');
    log.debug('detail');
    assert.equal(lines.length, 0);
  });

  describe('[canary] lets nothing through that a caller sent or that opens a door', () => {
    const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary';
    const leaks: [string, (log: Log) => void][] = [
      ['a query string', log => log.warn('slow search', { path: '/fhir/portal/Patient?name=canary&x=1' })],
      ['a bearer token', log => log.info('refused', { header: 'Bearer canary.x-y' })],
      ...[
        'Digest username="u", realm="r", nonce="n", response="canary"',
        'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=canary',
        'NTLM canary',
        'Negotiate canary',
        'ApiKey canary',
        'Authorization: Odd canary, more=canary',
        'x-api-key: canary',
        'Set-Cookie: sid=1; canary',
        'client_secret=canary',
        '{"refresh_token":"canary"}',
        'smtp://user:ca/n@canary@host',
        '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----',
      ].map((said): [string, (log: Log) => void] => [said, log => log.warn('refused', { said })]),
      ['a JWT', log => log.info(`refused ${jwt}`, { header: jwt })],
      [
        'a field named as a secret',
        log => log.info('sign-in', { accessToken: 'canary', Cookie: 'canary', body: 'canary' }),
      ],
      ['the password of an address', log => log.info('connecting', { to: 'mongodb://user:canary@host/db' })],
      ['an e-mail address', log => log.info('sent', { to: 'Canary <canary@example.org>'.slice(7) })],
      ['the actor', log => log.request({ ...line, actor: 'Person/canary' })],
      ['the message of an error', log => log.error('failed', new Error('no such patient: canary'))],
      ['the message of a cause', log => log.error('failed', new Error('x', { cause: new Error('canary') }))],
      ['the message of a Fault', log => log.error('failed', new Fault('exception', 'canary'))],
      [
        'what JSON.parse quotes',
        log =>
          log.error(
            'failed',
            caught(() => JSON.parse('{"name": canary')),
          ),
      ],
      ['a message with lines like frames', log => log.error('failed', new Error('x\n    at canary (f.js:1:1)'))],
      [
        'an error code that is no code',
        log => log.error('failed', Object.assign(new Error(), { code: 'canary text' })),
      ],
      ['a thrown text', log => log.error('failed', 'canary')],
    ];
    for (const [what, write] of leaks) {
      it(what, () => {
        const { log, lines, text } = capture();
        write(log);
        assert.equal(lines.length, 1);
        assert.doesNotMatch(text(), /canary/i);
      });
    }
  });

  it('tells what kind an error is, where it arose and why', () => {
    const { log, lines } = capture();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
    log.error('commit failed', new Fault('unavailable', 'The store cannot be reached.', { cause }), { attempt: 2 });
    const { error, attempt } = lines[0] as { error: Record<string, unknown>; attempt: number };
    assert.equal(attempt, 2);
    assert.equal(error['name'], 'Fault');
    assert.equal(error['code'], 'unavailable');
    assert.match(String((error['at'] as string[])[0]), /log\.test\.js:\d+:\d+/);
    const because = error['cause'] as Record<string, unknown>;
    assert.equal(because['code'], 'ECONNREFUSED');
    assert.equal(because['syscall'], 'connect');
  });

  it('ends where causes form a ring', () => {
    const { log, lines } = capture();
    const ring = new Error('a');
    ring.cause = ring;
    log.error('failed', ring);
    assert.equal(lines.length, 1);
  });
});

function caught(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
