/**
 * One entry of the outbox at one moment: it is sent, waits, changes its queue or ends. Recipient, preferences, language, channel and
 * address are looked up each time.
 */
import { defined } from '../fhir/defined.js';
import { unlessConflict, wonRace } from '../fhir/fault.js';
import type { Document, DocumentChange } from '../store/port.js';
import type { Channel, Sent } from './channels/channel.js';
import { ended, removal, type Outcome } from './delivery-record.js';
import { reportDue } from './delivery-report.js';
import type { DispatcherParts } from './dispatcher-parts.js';
import { withinLimit } from './notice-limit.js';
import { channelQueue, entryOf, keysOf, queued, type OutboxEntry } from './outbox.js';
import { retryDelay, UNREACHABLE_LONGEST } from './retry.js';
import { routesOf, type Route } from './route.js';
import { send, type Unrendered } from './send.js';
import { takesAddress } from './shared-address.js';

/** Milliseconds that a notice without an end of its own waits for a channel that is not reached. */
const LONGEST_OUTAGE = 14 * 24 * 3600_000;
/** Attempts that an entry remembers: the first, and the last ones. */
const REMEMBERED = 20;

/** An entry that a worker has taken. */
interface Taken {
  readonly document: Document;
  readonly entry: OutboxEntry;
  /** In whose queue it waited; undefined: it has no channel yet. */
  readonly channel: Channel | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Sends an entry by the channel in whose queue it waits; one that waits for no channel yet, or whose person is reached by
 * others by now, goes to their queues.
 */
export async function deliver(document: Document, channel: Channel | undefined, parts: DispatcherParts): Promise<void> {
  const taken: Taken = { document, entry: entryOf(document), channel, now: parts.clock.now() };
  const { effect } = taken.entry;
  if (effect.expires !== undefined && effect.expires <= taken.now) return end(taken, 'expired', 'expired', parts);
  const routes = await routesOf(effect, parts, taken.now);
  if ('outcome' in routes) return end(taken, routes.outcome, routes.reason, parts);
  if ('until' in routes) return hold(taken, routes.until, parts);
  const { heldUntil: _over, ...entry } = taken.entry;
  return go({ ...taken, entry }, routes, parts);
}

/** It is to be sent now. */
async function go(taken: Taken, routes: readonly Route[], parts: DispatcherParts): Promise<void> {
  const { document, entry, channel } = taken;
  const route = routes.find(one => one.channel === channel);
  if (!route) return distribute(taken, routes, parts);
  if (!(await takesAddress(document.id, entry, route, parts))) return end(taken, 'withheld', 'address shared', parts);
  if (!(await admitted(entry, route, parts))) {
    // What has an end of its own has a code of its own too, and is kept.
    return end(taken, entry.effect.expires === undefined ? 'withheld' : 'dead', 'too many notices', parts);
  }
  return afterTry(taken, await send(document.id, entry.effect, route, parts), parts);
}

function afterTry(taken: Taken, sent: Sent | Unrendered, parts: DispatcherParts): Promise<void> {
  const { entry, now } = taken;
  if (sent.kind === 'sent') return end(taken, 'sent', 'sent', parts);
  if (sent.kind === 'failed') return end(taken, 'failed', sent.reason, parts);
  if (sent.kind === 'unrendered') return end(taken, 'dead', sent.reason, parts);
  const unreachable = sent.kind === 'unreachable';
  const tries = (entry.tries ?? 0) + (unreachable ? 0 : 1);
  const since = entry.attempts[0]?.at ?? now;
  const late = entry.effect.expires === undefined && now - since >= LONGEST_OUTAGE;
  if (tries >= parts.maxAttempts || late) return end(taken, 'dead', sent.reason, parts);
  const next = { ...withAttempt(entry, now, sent.reason), tries };
  const longest = unreachable ? UNREACHABLE_LONGEST : undefined;
  return waitUntil(taken, next, now + retryDelay(next.attempts.length, parts.random, longest), [], parts);
}

/** Takes the entry out of the outbox: what became of it is kept. */
async function end(taken: Taken, outcome: Outcome, reason: string, parts: DispatcherParts): Promise<void> {
  const { document, entry, channel, now } = taken;
  const last = withAttempt(entry, now, reason);
  const by = ended(document, last, { outcome, ...defined({ channel: channel?.name }) }, now);
  const settled = await settle(document, by, parts);
  const lost = outcome === 'dead' || outcome === 'failed' || (outcome === 'expired' && entry.attempts.length > 0);
  if (lost && settled) parts.lost?.({ id: document.id, event: entry.effect.event, outcome, reason });
}

/** It waits for the end of the person's quiet hours, and its resource says so. */
function hold(taken: Taken, until: number, parts: DispatcherParts): Promise<void> {
  const { entry, now } = taken;
  const report = entry.heldUntil === until ? [] : reportDue(entry.effect.about, now);
  return waitUntil(taken, { ...entry, heldUntil: until, since: now }, until, report, parts);
}

/** To the queue of each channel that it goes by: the first keeps its id. */
async function distribute(
  { document: taken, entry, now }: Taken,
  routes: readonly Route[],
  parts: DispatcherParts,
): Promise<void> {
  const { effect } = entry;
  const entries = routes.map(({ channel: { name } }, at) => {
    const single = routes.length === 1 ? entry : { ...entry, effect: { ...effect, channels: [name] } };
    return queued({ id: at === 0 ? taken.id : `${taken.id}-${name}` }, single, channelQueue(name), now);
  });
  await settle(taken, entries, parts);
}

/** Counts the first try of a notice; its later ones are the same notice. */
async function admitted(entry: OutboxEntry, { address }: Route, parts: DispatcherParts): Promise<boolean> {
  if (!parts.limit || entry.attempts.length > 0) return true;
  return withinLimit(entry.effect, address, parts.limit, parts);
}

function withAttempt(entry: OutboxEntry, at: number, reason: string): OutboxEntry {
  const attempts = [...entry.attempts, { at, reason }];
  const kept = attempts.filter((_, i) => i === 0 || i > attempts.length - REMEMBERED);
  return { ...entry, attempts: kept };
}

/** Takes the entry out of its queue and puts these records in its place; resolves with whether it was still there. */
function settle(document: Document, by: readonly DocumentChange[], { store }: DispatcherParts): Promise<boolean> {
  // A conflict: the lease ran out, and another worker has the entry now.
  return wonRace(store.commit({ documents: [removal(document), ...by] }));
}

/** The entry stays in its queue. */
async function waitUntil(
  { document: { version: expect, ...rest } }: Taken,
  entry: OutboxEntry,
  due: number,
  others: readonly DocumentChange[],
  { store }: DispatcherParts,
): Promise<void> {
  const change: DocumentChange = {
    op: 'put',
    document: { ...rest, value: { ...entry }, keys: keysOf(entry), due },
    expect,
  };
  await store.commit({ documents: [change, ...others] }).catch(unlessConflict);
}
