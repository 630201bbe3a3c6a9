/** The port of a gateway of text messages: what it is sent, what its answer means, and what it calls back. It does no calls itself. */
import type { OutboundInit } from '../../outbound/exchange.js';
import type { Sent } from './channel.js';

export interface TextMessage {
  /** The same for every try. */
  readonly id: string;
  /** E.164 */
  readonly to: string;
  readonly text: string;
  readonly encoding: 'gsm7' | 'ucs2';
  readonly segments: number;
  /** Where the gateway tells what became of it. */
  readonly callback: string;
}

export interface GatewayRequest {
  readonly url: string;
  readonly init: OutboundInit;
}

export type GatewayVerdict =
  | Exclude<Sent, { kind: 'sent' }>
  /** `reference`: the gateway's own id of the message. */
  | { readonly kind: 'sent'; readonly reference?: string }
  /** The recipient has told the gateway that they want no more. */
  | { readonly kind: 'opted-out' };

/** A call that claims to come from the gateway. */
export interface GatewayCall {
  readonly about: 'status' | 'inbound';
  readonly method: string;
  /** As the caller addressed it, from the public base of this server on. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What a call comes to. */
export type GatewayEvent =
  /** Of a message: by the id that it was sent with, or by the gateway's own. */
  | {
      readonly kind: 'status';
      readonly id?: string;
      readonly reference?: string;
      readonly state: MessageState;
      readonly reason?: string;
    }
  | InboundText
  /** Nothing that matters here: a message on its way. */
  | { readonly kind: 'none' };

export interface InboundText {
  readonly kind: 'inbound';
  /** The same where the gateway calls again. */
  readonly id?: string;
  /** A telephone number. */
  readonly from: string;
  readonly text: string;
  /** The gateway has answered a keyword itself. */
  readonly answered: boolean;
}

export type MessageState = 'delivered' | 'bounced';

export interface Gateway {
  request(message: TextMessage): GatewayRequest;
  /** Reasons hold no address and no content. */
  verdict(status: number, body: string): GatewayVerdict;
  /** undefined for a call that is not signed by the gateway. @param now milliseconds since the epoch */
  event(call: GatewayCall, now: number): GatewayEvent | undefined;
}

/** What a status says where the gateway says no more. */
export function verdictOf(status: number): Sent {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const reason = `HTTP ${status}`;
  if (NOT_SERVING.includes(status) || status < 400) return { kind: 'unreachable', reason };
  return { kind: status >= 500 || PASSING.includes(status) ? 'retry' : 'failed', reason };
}

/** Said of the account or of the gateway, not of a message. */
const NOT_SERVING = [401, 402, 403, 407, 429, 503];
const PASSING = [408, 409, 425];
