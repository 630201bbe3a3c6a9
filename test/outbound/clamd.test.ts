/** clamd as a client meets it: only its own word `OK`, in time and whole, makes content clean. */
import assert from 'node:assert/strict';
import { createClamd } from '../../src/outbound/clamd.js';
import type { Verdict } from '../../src/content/virus-scan.js';
import { FakeClamd, MARKER, type Behaviour } from '../fixtures/fake-clamd.js';
import { testPort } from '../fixtures/port.js';

const UNKNOWN: Verdict = { is: 'unknown' };
const CLEAN: Verdict = { is: 'clean' };
const INFECTED: Verdict = { is: 'infected', virus: 'Test.Virus.UNOFFICIAL' };

async function* pieces(...texts: (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('clamd', () => {
  let clamd: FakeClamd;
  let reasons: unknown[];
  before(async () => {
    clamd = await new FakeClamd().start();
  });
  after(() => clamd.stop());
  beforeEach(() => {
    Object.assign(clamd, { behaviour: 'works' });
    clamd.scanned.length = 0;
    reasons = [];
  });
  const scanner = (more: object = {}) =>
    createClamd(
      { address: { host: '127.0.0.1', port: clamd.port }, timeout: 400, connections: 4, ...more },
      reason => void reasons.push(reason),
    );

  it('[MSG-10] says what is clean and what is infected, and names the virus', async () => {
    const scan = scanner();
    assert.deepEqual(await scan(pieces('plain')), CLEAN);
    assert.deepEqual(await scan(pieces('a', MARKER, 'b')), INFECTED);
    assert.deepEqual(reasons, []);
  });

  it('[MSG-10] an empty piece does not end the content: what comes behind it is scanned', async () => {
    assert.deepEqual(await scanner()(pieces('a', '', MARKER)), INFECTED);
    assert.equal(clamd.scanned[0]?.toString(), `a${MARKER}`);
  });

  it('[MSG-10] large content arrives whole', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, 'large ');
    assert.deepEqual(await scanner({ timeout: 10_000 })(pieces(large, large, MARKER)), INFECTED);
    assert.equal(clamd.scanned[0]?.length, 2 * large.length + MARKER.length);
  });

  const BAD: Behaviour[] = ['down', 'silent', 'garbage', 'half an answer', 'hangs up', 'too large', 'early OK'];
  for (const behaviour of BAD) {
    it(`[MSG-10] a scanner that is bad makes nothing clean: ${behaviour}`, async () => {
      clamd.behaviour = behaviour;
      const content = Buffer.alloc(2 * 1024 * 1024, 'x');
      assert.deepEqual(await scanner()(pieces(content, content)), UNKNOWN);
      assert.equal(reasons.length, 1);
    });
  }

  it('[MSG-10] nobody at the address makes nothing clean', async () => {
    const nobody = await testPort();
    assert.deepEqual(await scanner({ address: { host: '127.0.0.1', port: nobody } })(pieces('x')), UNKNOWN);
    assert.deepEqual(await scanner({ address: { path: '/nowhere/clamd.sock' } })(pieces('x')), UNKNOWN);
  });

  it('[MSG-10] content that breaks off has no verdict', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      throw new Error('the disk is gone');
    };
    assert.deepEqual(await scanner()(broken()), UNKNOWN);
    assert.deepEqual(clamd.scanned, []);
  });

  it('[MSG-10] takes so many connections and no more, and those who wait have no verdict in the end', async () => {
    const busy = await new FakeClamd().start();
    busy.delay = 20;
    const scan = scanner({ address: { host: '127.0.0.1', port: busy.port }, connections: 2, timeout: 5000 });
    const all = await Promise.all(Array.from({ length: 10 }, () => scan(pieces('x'))));
    assert.deepEqual(new Set(all.map(({ is }) => is)), new Set(['clean']));
    assert.equal(busy.most, 2);
    await busy.stop();
    clamd.behaviour = 'silent';
    const waiting = scanner({ connections: 1, timeout: 200 });
    assert.deepEqual(await Promise.all([waiting(pieces('x')), waiting(pieces('x'))]), [UNKNOWN, UNKNOWN]);
  });
});
