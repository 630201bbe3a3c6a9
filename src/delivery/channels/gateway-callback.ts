/**
 * What a gateway calls back, signed as it is configured: an HMAC of the body in a header, with the time or without, or a secret
 * in a header.
 */
import { createHmac, timingSafeEqual, createHash } from 'node:crypto';
import type { HttpGatewayConfig } from '../../config/sms-gateway.js';
import { defined } from '../../fhir/defined.js';
import { textTemplate, type Scope } from './gateway-templates.js';
import type { Gateway, GatewayCall, GatewayEvent } from './gateway.js';

type Callback = NonNullable<HttpGatewayConfig['callback']>;
type Signature = Callback['signature'];

/** Milliseconds by which the time of a signed call may differ from ours. */
const TOLERANCE = 300_000;

/** Throws where a template does not parse. */
export function createCallbackReader({ signature, status, inbound }: Callback): Gateway['event'] {
  const statusOf = status && statusReader(status);
  const textOf = inbound && inboundReader(inbound);
  return (call, now) => {
    if (!isSigned(call, signature, now)) return undefined;
    const scope = { call: fieldsOf(call, signature) };
    const event = call.about === 'status' ? statusOf?.(scope) : textOf?.(scope, replayed(call, signature));
    return event ?? { kind: 'none' };
  };
}

function statusReader(config: NonNullable<Callback['status']>): (scope: Scope) => GatewayEvent {
  const [id, reference, state] = [config.id ?? '', config.reference ?? '', config.state].map(one => textTemplate(one));
  const named = (value = ''): string | undefined => (value === '' ? undefined : value);
  return scope => {
    const told = state?.(scope) ?? '';
    const message = defined({ id: named(id?.(scope)), reference: named(reference?.(scope)) });
    if (config.delivered.includes(told)) return { kind: 'status', state: 'delivered', ...message };
    return config.failed.includes(told) ? { kind: 'status', state: 'bounced', ...message } : { kind: 'none' };
  };
}

function inboundReader(config: NonNullable<Callback['inbound']>): (scope: Scope, id?: string) => GatewayEvent {
  const from = textTemplate(config.from);
  const text = textTemplate(config.text);
  const own = textTemplate(config.id ?? '');
  return (scope, signed) => {
    const id = own(scope) || signed;
    return { kind: 'inbound', from: from(scope), text: text(scope), answered: false, ...defined({ id }) };
  };
}

/** A call with the time in its signature is one of a kind; the same again is a replay. */
const replayed = ({ headers }: GatewayCall, { header, timestamp }: Signature): string | undefined =>
  timestamp === undefined ? undefined : headerOf(headers, header);

function isSigned({ method, headers, body }: GatewayCall, signature: Signature, now: number): boolean {
  const { header, secret, algorithm, encoding, prefix, timestamp } = signature;
  const given = headerOf(headers, header);
  if (algorithm === undefined) return same(given, prefix + secret);
  // An address is not part of what is signed, so nothing in it counts.
  if (method === 'GET') return false;
  const at = timestamp === undefined ? undefined : headerOf(headers, timestamp);
  if (at !== undefined && !(Math.abs(Number(at) * 1000 - now) <= TOLERANCE)) return false;
  const hmac = createHmac(algorithm, secret);
  if (at !== undefined) hmac.update(`${at}.`);
  return same(given, prefix + hmac.update(body).digest(encoding));
}

const headerOf = (headers: GatewayCall['headers'], name: string): string => String(headers[name.toLowerCase()] ?? '');

/** In constant time, whatever the lengths. */
function same(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map(text => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

/** JSON or a form; a secret in a header vouches for the address too. */
function fieldsOf({ url, headers, body }: GatewayCall, { algorithm }: Signature): unknown {
  const text = body.toString();
  const query = algorithm === undefined ? Object.fromEntries(new URL(url).searchParams) : {};
  if (!headerOf(headers, 'content-type').includes('json'))
    return { ...query, ...Object.fromEntries(new URLSearchParams(text)) };
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : { ...query, ...(json as object) };
  } catch {
    return query;
  }
}
