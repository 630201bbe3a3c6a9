/** A portal whose text messages go to a gateway in the test, on each store. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { interleaved } from '../fixtures/interleaved.js';
import { startOtherServer, type Answer, type OtherServer } from '../fixtures/http-server.js';
import { startTestServer } from '../fixtures/server.js';
import { eachStorage } from '../fixtures/storages.js';
import { Journey } from './journey.js';

export interface Gateway {
  readonly journey: Journey;
  readonly server: OtherServer;
  /** What the gateway does with the next requests; by default it takes them. */
  answers: Answer;
  /** Texts taken so far for this number, once the outbox is empty. */
  texts(to: string): Promise<ReceivedText[]>;
  /** A call of the gateway. */
  call(path: string, body: string, headers: Record<string, string>): Promise<Response>;
}

export interface ReceivedText {
  to: string;
  text: string;
  /** Where it wants to know what became of it. */
  callback: string;
}

/** @param settings of PORTICO_SMS, with the address of the gateway */
export function eachGateway(
  settings: (url: string) => object,
  textOf: (body: string) => ReceivedText,
  register: (gateway: () => Gateway) => void,
): void {
  eachStorage((_name, open) => {
    let gateway: Gateway;
    before(async () => {
      const took: Answer = (_request, response) => response.writeHead(201).end(`{"sid":"SM-${randomUUID()}"}`);
      const server = await startOtherServer((request, response) => gateway.answers(request, response));
      const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
      const world = { clock, ids: { next: randomUUID }, random: { bytes: (count: number) => randomBytes(count) } };
      const storage = await open(clock);
      const env = { PORTICO_SMS: JSON.stringify(settings(server.url)) };
      const portal = await startTestServer({ storage: interleaved(storage), world, env });
      const journey = new Journey(portal, storage, clock);
      gateway = {
        journey,
        server,
        answers: took,
        async texts(to) {
          await portal.app.dispatcher.idle();
          return server.received.map(({ body }) => textOf(body)).filter(text => text.to === to);
        },
        call: (path, body, headers) => fetch(`${portal.url}${path}`, { method: 'POST', body, headers }),
      };
    });
    after(async () => {
      await gateway.journey.server.close();
      await gateway.journey.storage.store.close();
      await gateway.server.close();
    });
    register(() => gateway);
  });
}

export const TOKEN = 'the token of the account';
export const SECRET = 'the secret of the gateway';

export const twilio = (url: string): object => ({
  kind: 'twilio',
  url,
  account: 'AC1',
  token: TOKEN,
  from: '+15555550000',
});

export function twilioText(body: string): ReceivedText {
  const form = new URLSearchParams(body);
  const field = (name: string): string => form.get(name) ?? '';
  return { to: field('To'), text: field('Body'), callback: field('StatusCallback') };
}

/** A call as Twilio makes and signs it. https://www.twilio.com/docs/usage/security#validating-requests */
export function twilioCall(
  gateway: Gateway,
  path: string,
  fields: Record<string, string>,
  token = TOKEN,
): Promise<Response> {
  const url = `${gateway.journey.server.url}${path}`;
  const signed = Object.keys(fields)
    .sort()
    .map(name => `${name}${String(fields[name])}`);
  const signature = createHmac('sha1', token)
    .update(url + signed.join(''))
    .digest('base64');
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
  return gateway.call(path, new URLSearchParams(fields).toString(), headers);
}

/** A gateway of its own form, which signs time and body. */
export const own = (url: string): object => ({
  kind: 'http',
  url: `${url}/messages`,
  headers: { Authorization: 'Bearer k', 'Idempotency-Key': '{{ id }}' },
  json: { to: '{{ to }}', text: '{{ text }}', callback: '{{ callback }}' },
  reference: '{{ answer.sid }}',
  callback: {
    signature: {
      header: 'X-Signature',
      secret: SECRET,
      algorithm: 'sha256',
      prefix: 'sha256=',
      timestamp: 'X-Timestamp',
    },
    status: {
      reference: '{{ call.sid }}',
      state: '{{ call.state }}',
      delivered: ['DELIVRD'],
      failed: ['UNDELIV', 'EXPIRED'],
    },
    inbound: { from: '+{{ call.msisdn }}', text: '{{ call.text }}' },
  },
});

export const ownText = (body: string): ReceivedText => JSON.parse(body) as ReceivedText;

/** A call as that gateway makes and signs it. @param at milliseconds since the epoch */
export function ownCall(gateway: Gateway, path: string, content: object, at: number): Promise<Response> {
  const body = JSON.stringify(content);
  const time = String(Math.floor(at / 1000));
  const signature = `sha256=${createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex')}`;
  return gateway.call(path, body, {
    'content-type': 'application/json',
    'x-timestamp': time,
    'x-signature': signature,
  });
}
