/** The network that tries are counted by. */
import assert from 'node:assert/strict';
import { networkOf } from '../../src/identity/limits/network.js';
import { startTestServer } from '../fixtures/server.js';
import { pageVisitor } from '../fixtures/page-visitor.js';
import { uniqueLetters } from '../fixtures/unique.js';

describe('the network of a caller', () => {
  for (const [address, network] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
    ['unknown', ''],
    [undefined, ''],
  ] as const)
    it(`[C10] of ${address} is ${network || 'none'}`, () => assert.equal(networkOf(address), network));

  /** How many of 42 wrong sign-ins, each for another name and said to come from another address, are let through. */
  async function letThrough(
    env: Record<string, string>,
    header: (i: number) => Record<string, string>,
  ): Promise<number> {
    const server = await startTestServer({ env });
    try {
      const statuses = [];
      for (let i = 0; i < 42; i++) {
        const browser = pageVisitor(server.url, header(i));
        const page = await browser.get('/sign-in');
        statuses.push((await browser.send(page, { userName: uniqueLetters(), password: 'wrong' })).status);
      }
      assert.ok(statuses.every(status => status === 401 || status === 429));
      return statuses.filter(status => status === 401).length;
    } finally {
      await server.close();
    }
  }

  it('[C10] is told by nobody but the proxies that the setting names', async () => {
    const forwarded = (i: number) => ({ 'x-forwarded-for': `198.51.100.${i}` });
    assert.equal(await letThrough({}, forwarded), 40);
    assert.equal(await letThrough({ PORTICO_TRUST_PROXY: '10.0.0.0/8' }, forwarded), 40);
    assert.equal(await letThrough({ PORTICO_TRUST_PROXY: 'loopback' }, forwarded), 42);
  });

  it('[C10] is that before the trusted proxy, whatever the caller wrote before it, and one for a whole /64', async () => {
    const env = { PORTICO_TRUST_PROXY: '127.0.0.1, ::1' };
    const spoofed = (i: number) => ({ 'x-forwarded-for': `198.51.100.${i}, 203.0.113.9` });
    assert.equal(await letThrough(env, spoofed), 40);
    const walking = (i: number) => ({ 'x-forwarded-for': `2001:db8:1:2::${(i + 1).toString(16)}` });
    assert.equal(await letThrough(env, walking), 40);
  });
});
