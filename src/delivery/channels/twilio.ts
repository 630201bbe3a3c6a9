/** Twilio, and gateways that speak as it does. https://www.twilio.com/docs/messaging/api/message-resource */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TwilioConfig } from '../../config/sms-gateway.js';
import { defined } from '../../fhir/defined.js';
import {
  verdictOf,
  type Gateway,
  type GatewayCall,
  type GatewayEvent,
  type GatewayVerdict,
  type TextMessage,
} from './gateway.js';

/** "Attempt to send to unsubscribed recipient": https://www.twilio.com/docs/api/errors/21610 */
const UNSUBSCRIBED = 21610;

export function createTwilio(config: TwilioConfig): Gateway {
  const { url, account, token } = config;
  const authorization = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`;
  return {
    request: message => ({
      url: `${url.replace(/\/$/, '')}/2010-04-01/Accounts/${account}/Messages.json`,
      init: { method: 'POST', headers: { authorization }, body: formOf(message, config) },
    }),
    verdict,
    event: call => (isSigned(call, token) ? eventOf(call) : undefined),
  };
}

function formOf({ to, text, callback }: TextMessage, { from }: TwilioConfig): URLSearchParams {
  const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from };
  return new URLSearchParams({ To: to, ...sender, Body: text, StatusCallback: callback });
}

function verdict(status: number, body: string): GatewayVerdict {
  const general = verdictOf(status);
  const code = codeIn(body);
  if (general.kind === 'sent' || code === undefined) return general;
  return code === UNSUBSCRIBED ? { kind: 'opted-out' } : { ...general, reason: `${general.reason}, code ${code}` };
}

function codeIn(body: string): number | undefined {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return Number.isSafeInteger(code) ? Number(code) : undefined;
  } catch {
    return undefined;
  }
}

/** https://www.twilio.com/docs/usage/security#validating-requests: the address, and each field of the form by name. */
function isSigned({ url, headers, ...call }: GatewayCall, token: string): boolean {
  const fields = fieldsOf(call);
  const names = [...new Set(fields.keys())].sort();
  const signed = names.map(name =>
    [...new Set(fields.getAll(name))]
      .sort()
      .map(value => name + value)
      .join(''),
  );
  const expected = createHmac('sha1', token)
    .update(url + signed.join(''))
    .digest();
  const given = Buffer.from(String(headers['x-twilio-signature'] ?? ''), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const fieldsOf = ({ method, body }: Pick<GatewayCall, 'method' | 'body'>): URLSearchParams =>
  new URLSearchParams(method === 'POST' ? body.toString() : '');

const STATES: Readonly<Record<string, 'delivered' | 'bounced'>> = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'bounced',
  failed: 'bounced',
  canceled: 'bounced',
};

function eventOf(call: GatewayCall): GatewayEvent {
  const fields = call.method === 'POST' ? fieldsOf(call) : new URL(call.url).searchParams;
  const field = (name: string): string | undefined => fields.get(name) ?? undefined;
  if (call.about === 'inbound') {
    // With Twilio's own handling of keywords, which names the one it has answered.
    const answered = field('OptOutType') !== undefined;
    return {
      kind: 'inbound',
      from: field('From') ?? '',
      text: field('Body') ?? '',
      answered,
      ...defined({ id: field('MessageSid') }),
    };
  }
  const state = STATES[field('MessageStatus') ?? field('SmsStatus') ?? ''];
  const id = new URL(call.url).searchParams.get('id') ?? undefined;
  if (state === undefined) return { kind: 'none' };
  const code = field('ErrorCode');
  const reason = state === 'bounced' && code !== undefined && /^\d{1,9}$/.test(code) ? `code ${code}` : undefined;
  return { kind: 'status', state, ...defined({ id, reason }) };
}
