/** Text messages over a gateway. */
import type { Clock } from '../../fhir/clock.js';
import type { Outbound } from '../../outbound/outbound.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import type { Records } from '../../store/port.js';
import type { Channel, Message, Sent } from './channel.js';
import type { Gateway, GatewayVerdict } from './gateway.js';
import { segmentsOf } from './sms-segments.js';
import { rememberReference } from './text-reference.js';

export interface SmsParts {
  gateway: Gateway;
  outbound: Pick<Outbound, 'fetch'>;
  records: Pick<Records, 'write'>;
  clock: Clock;
  /** Where the gateway tells what became of a message, without its id. */
  callback: string;
}

/** Characters that gateways take at most. */
const LONGEST = 1600;

export function createSmsChannel(parts: SmsParts): Channel {
  return {
    name: 'sms',
    addressOf: ({ phone }) => phone,
    send: message => send(message, parts).catch(failed),
    close: () => Promise.resolve(),
  };
}

async function send({ id, to, sms: text }: Message, parts: SmsParts): Promise<Sent> {
  if (text.length > LONGEST) return { kind: 'failed', reason: 'too long' };
  const { gateway, outbound, callback } = parts;
  const message = { id, to, text, ...segmentsOf(text), callback: `${callback}?id=${encodeURIComponent(id)}` };
  const { url, init } = gateway.request(message);
  const answer = await outbound.fetch(url, init);
  const verdict = gateway.verdict(answer.status, await answer.text());
  return sentOf(verdict, id, parts);
}

async function sentOf(verdict: GatewayVerdict, id: string, parts: SmsParts): Promise<Sent> {
  if (verdict.kind === 'opted-out') return { kind: 'failed', reason: 'opted out' };
  if (verdict.kind !== 'sent') return verdict;
  // It is on its way: without this record nobody learns what became of it, and that is all.
  if (verdict.reference !== undefined) await rememberReference(verdict.reference, id, parts).catch(() => undefined);
  return { kind: 'sent' };
}

/** What a gateway may have taken is tried again as often as it counts; what did not leave this process, until it does. */
function failed(error: unknown): Sent {
  if (!(error instanceof OutboundError)) return { kind: 'retry', reason: 'gateway request' };
  return { kind: error.unsent ? 'unreachable' : 'retry', reason: `gateway ${error.message}` };
}
