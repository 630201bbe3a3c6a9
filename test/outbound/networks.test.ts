/** Addresses that are dialled. */
import assert from 'node:assert/strict';
import { createNetworks } from '../../src/outbound/networks.js';

const none = createNetworks([]);

describe('networks of outbound calls', () => {
  const refused = [
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255'],
    ...['192.168.0.1', '169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '224.0.0.1'],
    ...['240.0.0.1', '255.255.255.255', '168.63.129.16', '203.0.113.7'],
    ...['::1', '::', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1'],
    ...['::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1'],
    ...['', 'localhost', '127.0.0.1.evil.example', '2130706433'],
  ];
  for (const address of refused)
    it(`[G01] ${address || 'nothing'} is refused`, () => assert.ok(!none.permits(address)));

  const reached = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.128.0.1', '192.0.1.1', '2606:4700::1111', '2a00::1'];
  for (const address of reached) it(`${address} is reached`, () => assert.ok(none.permits(address)));

  it('a private network that is named is reached, and no other', () => {
    const networks = createNetworks(['10.1.0.0/16', 'fd12::/32']);
    assert.ok(networks.permits('10.1.2.3') && networks.permits('fd12::1'));
    assert.ok(!networks.permits('10.2.0.1') && !networks.permits('fd13::1') && !networks.permits('127.0.0.1'));
  });
});
