/** Text messages over gateways: real HTTP servers that answer well, slowly, with errors. */
import assert from 'node:assert/strict';
import type { SmsGatewayConfig } from '../../src/config/sms-gateway.js';
import { readSmsGateway } from '../../src/config/sms-gateway.js';
import { openChannels } from '../../src/delivery/channels/index.js';
import type { Channel, Sent } from '../../src/delivery/channels/channel.js';
import { createOutbound } from '../../src/outbound/outbound.js';
import { openMemory } from '../../src/store/memory/open.js';
import { startOtherServer, type Answer, type OtherServer } from '../fixtures/http-server.js';
import { invitation, startDelivery } from './parts.js';

const message = {
  ...{ id: 'id-1', to: '+15555550100', language: 'en', subject: 's', text: 't', html: 'h' },
  sms: 'Clinic & Söhne: "https://portal.example.org/invitation#ABCD"',
};

const limits = { connect: 300, headers: 300, body: 300, whole: 400 };

describe('text messages over a gateway', () => {
  let server: OtherServer;
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function channelOf(gateway: (url: string) => object, answer: Answer): Promise<Channel> {
    server = await startOtherServer(answer);
    const config: SmsGatewayConfig = readSmsGateway(JSON.stringify(gateway(server.url)));
    const outbound = createOutbound({ hosts: [server.host], networks: [] }, { limits });
    ends.push(server.close, outbound.close);
    const clock = { now: () => 0 };
    const mail = { smtpUrl: undefined, folder: '', from: 'a@b.org', requireTls: false, dkim: undefined };
    const settings = { mail, sms: { gateway: config, folder: '' }, demo: false, url: 'https://portal.example.org' };
    const { channels } = openChannels(settings, { outbound, clock, records: openMemory(clock).records });
    return channels.find(({ name }) => name === 'sms') ?? assert.fail();
  }

  const twilio = (url: string) => ({ kind: 'twilio', url, account: 'AC1', token: 'secret', from: '+15555550000' });

  it('[PC-2] Twilio gets the form it knows, with its credentials and where to tell what became of it', async () => {
    const channel = await channelOf(twilio, (_request, response) => response.writeHead(201).end('{"sid":"SM1"}'));
    assert.deepEqual(await channel.send(message), { kind: 'sent' });
    const [{ method, url, headers, body } = assert.fail()] = server.received;
    assert.deepEqual([method, url], ['POST', '/2010-04-01/Accounts/AC1/Messages.json']);
    assert.equal(headers.authorization, `Basic ${Buffer.from('AC1:secret').toString('base64')}`);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      To: '+15555550100',
      From: '+15555550000',
      Body: message.sms,
      StatusCallback: 'https://portal.example.org/hooks/sms/status?id=id-1',
    });
  });

  it('[PC-2] Twilio picks the sender where a messaging service is named', async () => {
    const channel = await channelOf(
      url => ({ ...twilio(url), from: 'MG1' }),
      (_request, response) => response.writeHead(201).end('{}'),
    );
    await channel.send(message);
    const form = new URLSearchParams(server.received[0]?.body);
    assert.deepEqual([form.get('MessagingServiceSid'), form.get('From')], ['MG1', null]);
  });

  const http = (more: object) => (url: string) => ({ kind: 'http', url: `${url}/send?v=1`, ...more });
  const ok: Answer = (_request, response) => response.end('{"status":"0","id":"m-7"}');

  it('[PC-2] [F06] another gateway gets JSON, whose texts are templates that no value can break', async () => {
    const json = { messages: [{ to: '{{ to | remove: "+" }}', text: '{{ text }}', type: '{{ encoding }}', parts: 2 }] };
    const headers = { 'Idempotency-Key': '{{ id }}', Authorization: 'Bearer k' };
    const channel = await channelOf(http({ headers, json }), ok);
    const text = '"}, {{ id }} \\ م';
    assert.deepEqual(await channel.send({ ...message, sms: text }), { kind: 'sent' });
    const [{ url, headers: sent, body } = assert.fail()] = server.received;
    assert.equal(url, '/send?v=1');
    assert.deepEqual([sent['idempotency-key'], sent['content-type']], ['id-1', 'application/json']);
    assert.deepEqual(JSON.parse(body), { messages: [{ to: '15555550100', text, type: 'ucs2', parts: 2 }] });
  });

  it('[PC-2] another one gets a form, or the query of a GET', async () => {
    const fields = { dest: '{{ to }}', msg: '{{ text }}', sender: '{{ from }}' };
    const expected = { dest: message.to, msg: message.sms, sender: 'Clinic' };
    const byForm = await channelOf(http({ from: 'Clinic', form: fields }), ok);
    await byForm.send(message);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(server.received[0]?.body)), expected);
    const byQuery = await channelOf(http({ from: 'Clinic', method: 'GET', query: fields }), ok);
    await byQuery.send(message);
    const query = new URL(server.received[0]?.url ?? '', server.url).searchParams;
    assert.deepEqual(Object.fromEntries(query), { v: '1', ...expected });
  });

  it('[PC-2] another one gets XML', async () => {
    const headers = { 'Content-Type': 'text/xml' };
    const channel = await channelOf(http({ headers, text: '<m to="{{ to }}">{{ text | escape }}</m>' }), ok);
    await channel.send(message);
    const [{ headers: sent, body } = assert.fail()] = server.received;
    assert.equal(sent['content-type'], 'text/xml');
    assert.match(body, /^<m to="\+15555550100">Clinic &amp; Söhne: &#34;/);
  });

  for (const [what, json] of [
    ['does not parse', '{{ to'],
    ['names what a message does not have', '{{ recipient }}'],
    ['uses a filter that there is not', '{{ to | shout }}'],
  ])
    it(`a template that ${what} stops the start`, async () => {
      await assert.rejects(channelOf(http({ json: { a: json } }), ok), /^Error: PORTICO_SMS has a template/);
    });

  const tested = {
    success: { value: '{{ answer.status }}', is: ['0'] },
    retry: { value: '{{ answer.status }}', is: ['9'] },
  };
  const told =
    (status: string): Answer =>
    (_request, response) =>
      response.end(JSON.stringify({ status }));
  const answers: [string, object | undefined, Answer, Sent][] = [
    ['says that it took it', tested, told('0'), { kind: 'sent' }],
    ['says with 200 that it is busy', tested, told('9'), { kind: 'retry', reason: 'HTTP 200' }],
    ['says with 200 that it will not', tested, told('4'), { kind: 'failed', reason: 'refused by the gateway' }],
    [
      'answers something else',
      tested,
      (_r, response) => response.end('<html>'),
      { kind: 'failed', reason: 'refused by the gateway' },
    ],
    [
      'refuses the number',
      undefined,
      (_r, response) => response.writeHead(400).end('{"code":21211,"message":"+15555550100"}'),
      { kind: 'failed', reason: 'HTTP 400, code 21211' },
    ],
    [
      'knows that the owner wants no more',
      undefined,
      (_r, response) => response.writeHead(400).end('{"code":21610}'),
      { kind: 'failed', reason: 'opted out' },
    ],
    [
      'does not know the credentials',
      undefined,
      (_r, response) => response.writeHead(401).end('{"code":20003}'),
      { kind: 'unreachable', reason: 'HTTP 401, code 20003' },
    ],
    [
      'asks for patience',
      undefined,
      (_r, response) => response.writeHead(429).end(),
      { kind: 'unreachable', reason: 'HTTP 429' },
    ],
    [
      'does not serve',
      undefined,
      (_r, response) => response.writeHead(503).end(),
      { kind: 'unreachable', reason: 'HTTP 503' },
    ],
    ['fails', undefined, (_r, response) => response.writeHead(500).end('oops'), { kind: 'retry', reason: 'HTTP 500' }],
    [
      'sends elsewhere',
      undefined,
      (_r, response) => response.writeHead(302, { Location: '/x' }).end(),
      { kind: 'unreachable', reason: 'HTTP 302' },
    ],
    ['never answers', undefined, () => undefined, { kind: 'retry', reason: 'gateway timeout' }],
    [
      'hangs up',
      undefined,
      (_r, response) => response.destroy(),
      { kind: 'retry', reason: 'gateway broken (ECONNRESET)' },
    ],
  ];
  for (const [what, more, answer, expected] of answers)
    it(`[PC-2] a gateway that ${what}: ${expected.kind}`, async () => {
      const channel = await channelOf(more ? http({ ...more, json: { to: '{{ to }}' } }) : twilio, answer);
      assert.deepEqual(await channel.send(message), expected);
    });

  it('[PC-2] a gateway that is not there: it waits, and no try counts', async () => {
    const channel = await channelOf(twilio, ok);
    await server.close();
    assert.deepEqual(await channel.send(message), {
      kind: 'unreachable',
      reason: 'gateway unreachable (ECONNREFUSED)',
    });
  });

  it('[R19] [PC-2] a notice is sent again under the same key where the gateway broke off, and ends as sent', async () => {
    const delivery = startDelivery();
    let tries = 0;
    const headers = { 'Idempotency-Key': '{{ id }}' };
    const channel = await channelOf(http({ headers, json: { text: '{{ text }}' } }), (request, response) =>
      ++tries === 1 ? response.destroy() : ok(request, response),
    );
    const dispatcher = delivery.dispatcher(channel);
    await delivery.post({ ...invitation, persons: [{ contact: { phone: '+15555550100' } }] });
    await dispatcher.idle();
    delivery.clock.time += 5_000;
    await dispatcher.idle();
    const keys = server.received.map(one => one.headers['idempotency-key']);
    assert.deepEqual(keys, ['id-1', 'id-1']);
    assert.ok(
      String(JSON.parse(server.received[1]?.body ?? '').text).includes(
        'https://portal.example.org/invitation#ABCD-EFGH',
      ),
    );
    const [{ outcome, reasons } = assert.fail()] = await delivery.records('Task/1');
    assert.deepEqual([outcome, reasons], ['sent', ['gateway broken (ECONNRESET)', 'sent']]);
  });
});
