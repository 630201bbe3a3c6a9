import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
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

describe('observe/standard-output', () => {
  const module = (name: string): string =>
    JSON.stringify(new URL(`../../src/observe/${name}.js`, import.meta.url).href);
  const ends = {
    'a return': '',
    'process.exit': 'process.exit(0);',
    'an error that nobody caught': `throw new Error('end');`,
    'a flush': 'await log.flush(); process.kill(process.pid, "SIGKILL");',
  };
  for (const [how, end] of Object.entries(ends)) {
    it(`loses no line when the process ends by ${how}`, () => {
      const program = `const { createLog } = await import(${module('log')});
        const log = createLog({ level: 'info', actorKey: new Uint8Array(32) });
        for (let number = 0; number < 1000; number++) log.info('line', { number });
        ${end}`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
      const numbers = stdout
        .trimEnd()
        .split('\n')
        .map(text => (JSON.parse(text) as { number: number }).number);
      assert.deepEqual(
        numbers,
        Array.from({ length: 1000 }, (_, number) => number),
      );
    });
  }

  it('[R47 fault] where nobody reads, lines are counted and dropped, and the process ends in time', async () => {
    const program = `const { createLog } = await import(${module('log')});
      const log = createLog({ level: 'info', actorKey: new Uint8Array(32) });
      for (let round = 0; round < 200; round++) {
        for (let number = 0; number < 1000; number++) log.info('line', { number });
        await new Promise(setImmediate);
      }
      process.on('SIGUSR2', () => log.info('last'));
      process.on('SIGTERM', () => log.flush().then(() => process.exit(0)));
      setInterval(() => undefined, 1000);
      console.error(Math.round(process.memoryUsage.rss() / 1e6));`;
    const start = async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [megabytes] = (await once(child.stderr, 'data')) as [Buffer];
      assert.ok(Number(String(megabytes)) < 150, `${String(megabytes)} MB`);
      return child;
    };
    const stalled = await start();
    stalled.kill('SIGTERM');
    const [code] = (await once(stalled, 'exit')) as [number];
    assert.equal(code, 0);

    const resumed = await start();
    let said = '';
    resumed.stdout.on('data', (text: Buffer) => (said += text.toString()));
    while (!said.includes('log lines lost')) {
      resumed.kill('SIGUSR2');
      await pause(50);
    }
    resumed.kill('SIGKILL');
    const lines = said
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text) as { msg: string; lost?: number });
    const lost = lines.find(({ msg }) => msg === 'log lines lost')?.lost ?? 0;
    assert.equal(lost + lines.filter(({ msg }) => msg === 'line').length, 200_000);
  });
});
