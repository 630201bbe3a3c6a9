/** Calls of a gateway of its own form, and the words of text messages. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { HttpGatewayConfig } from '../../src/config/sms-gateway.js';
import { createCallbackReader } from '../../src/delivery/channels/gateway-callback.js';
import type { GatewayCall } from '../../src/delivery/channels/gateway.js';
import { keywordOf } from '../../src/delivery/text-keyword.js';

const secret = 'the secret of the gateway';
const url = 'https://portal.example.org/hooks/sms/status';
const status = { id: '{{ call.ref }}', state: '{{ call.state }}', delivered: ['ok'], failed: ['no'] };

type Signature = NonNullable<HttpGatewayConfig['callback']>['signature'];
const reader = (more: Partial<Signature>) =>
  createCallbackReader({
    signature: { header: 'X-Sign', secret, encoding: 'hex', prefix: '', ...more },
    status,
    inbound: { from: '{{ call.from }}', text: '{{ call.text }}' },
  });
const call = (body: string, headers: object, more: Partial<GatewayCall> = {}): GatewayCall => ({
  ...{ about: 'status', method: 'POST', url, body: Buffer.from(body) },
  headers: { ...headers },
  ...more,
});
const hmac = (algorithm: string, body: string, encoding: 'hex' | 'base64'): string =>
  createHmac(algorithm, secret).update(body).digest(encoding);

describe('calls of a gateway', () => {
  const delivered = { kind: 'status', state: 'delivered', id: 'id-1' };

  for (const [algorithm, encoding] of [
    ['sha1', 'hex'],
    ['sha256', 'base64'],
    ['sha512', 'hex'],
  ] as const)
    it(`[G11] are taken with an HMAC of ${algorithm} in ${encoding}, of JSON or a form`, () => {
      const event = reader({ algorithm, encoding });
      const form = 'ref=id-1&state=ok';
      const json = '{"ref":"id-1","state":"ok"}';
      const sign = (body: string) => ({ 'x-sign': hmac(algorithm, body, encoding) });
      assert.deepEqual(event(call(form, sign(form)), 0), delivered);
      assert.deepEqual(event(call(json, { ...sign(json), 'content-type': 'application/json' }), 0), delivered);
      assert.equal(event(call(form, sign(json)), 0), undefined);
      assert.equal(event(call(form, {}), 0), undefined);
    });

  it('[G11] the address is no part of what is signed: it adds nothing, and a GET is not taken', () => {
    const event = reader({ algorithm: 'sha256' });
    const body = 'state=ok';
    const headers = { 'x-sign': hmac('sha256', body, 'hex') };
    const found = event(call(body, headers, { url: `${url}?ref=id-1` }), 0);
    assert.deepEqual(found, { kind: 'status', state: 'delivered' });
    const empty = { 'x-sign': hmac('sha256', '', 'hex') };
    assert.equal(event(call('', empty, { method: 'GET', url: `${url}?ref=id-1&state=ok` }), 0), undefined);
  });

  it('[G11] a secret in a header vouches for all of the call, a wrong one for nothing', () => {
    const event = reader({ prefix: 'Bearer ' });
    const get = { method: 'GET', url: `${url}?ref=id-1&state=ok` };
    assert.deepEqual(event(call('', { 'x-sign': `Bearer ${secret}` }, get), 0), delivered);
    for (const wrong of [secret, `Bearer ${secret}x`, '', 'Bearer ']) {
      assert.equal(event(call('', { 'x-sign': wrong }, get), 0), undefined, wrong);
    }
  });

  it('[G11] a time that is none is not taken', () => {
    const event = reader({ algorithm: 'sha256', timestamp: 'X-Time' });
    for (const time of ['', 'NaN', 'now', '1e400', '-1']) {
      const headers = { 'x-time': time, 'x-sign': hmac('sha256', `${time}.state=ok`, 'hex') };
      assert.equal(event(call('state=ok', headers), Date.parse('2026-03-01')), undefined, time);
    }
  });

  it('bodies that are no JSON, and states that nobody knows, come to nothing', () => {
    const event = reader({});
    const headers = { 'x-sign': secret, 'content-type': 'application/json' };
    for (const body of ['', '{', '[]', '"x"', 'null', '{"state":"on its way"}', '{"state":{"a":1}}'])
      assert.deepEqual(event(call(body, headers), 0), { kind: 'none' }, body);
  });

  it('where nothing is configured for it, a call comes to nothing', () => {
    const only = createCallbackReader({ signature: { header: 'X-Sign', secret, encoding: 'hex', prefix: '' } });
    for (const about of ['status', 'inbound'] as const)
      assert.deepEqual(only(call('state=ok', { 'x-sign': secret }, { about }), 0), { kind: 'none' });
  });
});

describe('words of text messages', () => {
  const words: [string, ReturnType<typeof keywordOf>][] = [
    ['STOP', 'stop'],
    [' stop.\n', 'stop'],
    ['Stop All', 'stop'],
    ['"Unsubscribe!"', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['إيقاف', 'stop'],
    ['Start', 'start'],
    ['YES', 'start'],
    ['ابدأ', 'start'],
    ['help?', 'help'],
    ['مساعدة', 'help'],
    ['', undefined],
    ['…', undefined],
    ['please stop by tomorrow', undefined],
    ['stopping', undefined],
    ['constructor', undefined],
  ];
  for (const [text, keyword] of words)
    it(`[PC-2] ${JSON.stringify(text)} means ${keyword ?? 'nothing'}`, () => assert.equal(keywordOf(text), keyword));
});
