/**
 * Calls of the gateway of text messages: what became of a message, and what the owner of a telephone answers. Only signed calls are
 * taken; the same call again changes nothing.
 */
import { createHash } from 'node:crypto';
import type { World } from '../fhir/clock.js';
import type { Notice } from '../portal/effect.js';
import { addressOptedOut } from '../portal/opt-out.js';
import { combined, step, type Step, type WorkflowReader } from '../portal/step.js';
import type { DocumentChange, Records, Store } from '../store/port.js';
import type { Gateway, GatewayCall, InboundText } from './channels/gateway.js';
import { statusDue } from './delivery-status.js';
import { outboxDocuments } from './outbox.js';
import { keywordOf, type Keyword } from './text-keyword.js';

export interface GatewayHookParts extends Pick<World, 'clock' | 'ids'> {
  gateway: Gateway;
  records: Pick<Records, 'get'>;
  store: Pick<Store, 'commit'>;
  people: WorkflowReader;
  /** Commits the step by the server's own authority; works it out again where it lost a race. */
  commit(stepOf: () => Promise<Step>, reason: string): Promise<void>;
}

/** Takes a call; resolves with the HTTP status of its answer, which has no body. */
export type ReceiveGatewayCall = (call: GatewayCall) => Promise<200 | 401>;

export const createGatewayHooks =
  (parts: GatewayHookParts): ReceiveGatewayCall =>
  async call => {
    const now = parts.clock.now();
    const event = parts.gateway.event(call, now);
    if (!event) return 401;
    if (event.kind === 'status') {
      const { kind: _kind, ...status } = event;
      await parts.store.commit({ documents: [statusDue(status, now)] });
    }
    if (event.kind === 'inbound') await answer(event, parts);
    return 200;
  };

async function answer(text: InboundText, parts: GatewayHookParts): Promise<void> {
  const phone = parts.people.phoneNumber(text.from);
  const keyword = keywordOf(text.text);
  if (phone === undefined || keyword === undefined) return;
  await parts.commit(() => answerStep(text, phone, keyword, parts), `text message: ${keyword}`);
}

async function answerStep(text: InboundText, phone: string, keyword: Keyword, parts: GatewayHookParts): Promise<Step> {
  const { id, answered } = text;
  const { records, clock, people } = parts;
  const now = clock.now();
  if (id !== undefined && (await records.get(SEEN, hashOf(id), now))) return step({});
  const seen = step({ documents: id === undefined ? [] : [seenOnce(id, now)] });
  if (keyword !== 'help') return combined(seen, await addressOptedOut('sms', phone, keyword === 'stop', people));
  return combined(seen, step({ documents: answered ? [] : outboxDocuments(helpFor(phone), parts) }));
}

const SEEN = 'text-seen';
/** Milliseconds. */
const REMEMBERED = 30 * 24 * 3600_000;

const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex');

const seenOnce = (id: string, now: number): DocumentChange => ({
  op: 'put',
  document: { kind: SEEN, id: hashOf(id), value: {}, keys: {}, expires: now + REMEMBERED },
  expect: 0,
});

const helpFor = (phone: string): Notice => ({
  kind: 'notice',
  event: 'text-help',
  about: 'text-help',
  persons: [{ contact: { phone } }],
  channels: ['sms'],
  parameters: {},
});
