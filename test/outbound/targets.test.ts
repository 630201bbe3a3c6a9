/** Targets of outbound calls: what is never dialled, by its address alone. */
import assert from 'node:assert/strict';
import { createNetworks } from '../../src/outbound/networks.js';
import { OutboundError } from '../../src/outbound/outbound-error.js';
import { createTargets } from '../../src/outbound/targets.js';

const allowed = [
  'gateway.example',
  'gateway.example:8443',
  'localhost:9000',
  '127.0.0.1:9000',
  '10.1.2.3',
  '[::1]:9000',
];
const targetOf = createTargets(allowed, createNetworks([]));
const isRefused = (address: string) =>
  assert.throws(
    () => targetOf(address),
    (error: unknown) => error instanceof OutboundError && error.message === 'refused',
  );

describe('targets of outbound calls', () => {
  for (const address of ['https://gateway.example/a?b', 'https://gateway.example:443', 'https://GATEWAY.example:8443/'])
    it(`${address} is one`, () => assert.match(targetOf(address).url.hostname, /^gateway\.example$/));

  for (const address of ['http://127.0.0.1:9000/', 'http://localhost:9000', 'http://[::1]:9000', 'https://10.1.2.3/'])
    it(`${address}, which the list names itself, is one`, () => void targetOf(address));

  const spellings = [
    ...['https://127.0.0.1', 'https://2130706433', 'https://0x7f.1', 'https://0177.0.0.1', 'https://127.1'],
    ...['https://１２７.0.0.1', 'https://127.0.0.1.', 'https://[::ffff:127.0.0.1]', 'https://169.254.169.254'],
    ...['https://[::1]', 'https://localhost', 'https://10.1.2.3:8080'],
  ];
  for (const address of spellings) it(`[G02] ${address} is none`, () => isRefused(address));

  const confusions = [
    ...['https://gateway.example@127.0.0.1/', 'https://a@gateway.example/', 'https://a:b@gateway.example/'],
    ...['https://127.0.0.1#@gateway.example/', 'https://127.0.0.1\\@gateway.example/', 'https://gateway.example.evil/'],
    ...['https://gateway.example:444/', 'https://evil.example/gateway.example', 'https://gateway.example./'],
    ...['https://x.gateway.example/', 'gateway.example', '//gateway.example', ''],
  ];
  for (const address of confusions) it(`[G06] ${address || 'nothing'} is none`, () => isRefused(address));

  for (const scheme of ['http', 'ftp', 'file', 'gopher', 'unix', 'data', 'ws', 'javascript'])
    it(`[G04] ${scheme}://gateway.example/ is none`, () => isRefused(`${scheme}://gateway.example/`));
  for (const port of [22, 25, 6379, 27017])
    it(`[G04] port ${port} is none`, () => isRefused(`https://gateway.example:${port}/`));

  it('[G04] http leads to this machine alone, whatever the list says', () => {
    const targets = createTargets(['10.1.2.3:80', 'gateway.example:80'], createNetworks(['10.0.0.0/8', '127.0.0.0/8']));
    assert.throws(() => targets('http://10.1.2.3/'), OutboundError);
    const { permits } = targets('http://gateway.example/');
    assert.deepEqual([permits('8.8.8.8'), permits('10.1.2.3'), permits('127.0.0.1')], [false, false, true]);
  });
});
