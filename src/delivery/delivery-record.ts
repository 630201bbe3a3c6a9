/**
 * Delivery records: the outcome of an effect, kept for a while, without its parameters (they hold secrets). A dead delivery
 * is kept whole beside its record, so that an administrator can send it again.
 */
import { defined } from '../fhir/defined.js';
import type { Clock } from '../fhir/clock.js';
import type { NoticeEvent } from '../portal/notice-kinds.table.js';
import type { Document, DocumentChange, Records, Store } from '../store/port.js';
import { reportDue } from './delivery-report.js';
import { entryOf, OUTBOX, queued, type Attempt, type OutboxEntry } from './outbox.js';

const DELIVERY = 'delivery';
const DEAD = 'dead';

/**
 * `sent`: a channel has taken it; then perhaps `delivered` or `bounced`, as the channel tells. `failed`: the channel refused it for
 * good. `dead`: it could not be sent. `withheld`: the person is not to be notified.
 */
export type Outcome = 'sent' | 'delivered' | 'bounced' | 'failed' | 'dead' | 'expired' | 'withheld';

/** Those of which no more is to be said. */
const TAKEN: ReadonlySet<Outcome> = new Set(['sent', 'delivered']);
/** Those that can be sent again. */
const LOST: ReadonlySet<Outcome> = new Set(['failed', 'dead']);

/** The value of a delivery record. Its secondary keys: `about`, `outcome`. */
export interface DeliveryRecord {
  event: NoticeEvent;
  about: string;
  outcome: Outcome;
  /** `Patient/1`; absent for a person who is not on record. */
  person?: string;
  /** Absent where it was given to none. */
  channel?: string;
  /** The last attempt is the one that ended it. */
  attempts: readonly Attempt[];
}

/** Milliseconds. */
const KEPT = 90 * 24 * 3600 * 1000;

/** Takes an entry out of its queue. A conflict: another worker has taken it over meanwhile. */
export const removal = ({ kind, id, version }: Document): DocumentChange => ({
  op: 'delete',
  kind,
  id,
  expect: version,
});

/**
 * The records that take the place of an entry that has come to its end.
 * @param channel that had it last
 */
export function ended(
  { id }: Document,
  entry: OutboxEntry,
  { outcome, channel }: Pick<DeliveryRecord, 'outcome' | 'channel'>,
  now: number,
): DocumentChange[] {
  const { event, about, expires, persons } = entry.effect;
  const person = persons[0]?.reference;
  const value: DeliveryRecord = { event, about, outcome, attempts: entry.attempts, ...defined({ person, channel }) };
  const record = { id, keys: { about, outcome }, expires: now + KEPT };
  const kept: DocumentChange = { op: 'put', document: { ...record, kind: DELIVERY, value: { ...value } } };
  const report = reportDue(about, now);
  if (!LOST.has(outcome)) return [kept, ...report];
  const keys = { about, outcome: DEAD };
  const until = Math.min(expires ?? Infinity, record.expires);
  const whole = { ...record, keys, kind: DEAD, value: { ...entry }, expires: until };
  return [kept, { op: 'put', document: whole }, ...report];
}

/** A delivery that came to nothing, as administrators see it. */
export interface DeadDelivery extends Omit<DeliveryRecord, 'outcome'> {
  id: string;
}

/** Records that a resource has at most: more are of notices that were sent again and again. */
const MOST = 100;

/** A notice as its resource shows it. */
export interface ShownDelivery {
  readonly outcome: Outcome | 'queued' | 'held';
  readonly person?: string;
  readonly channel?: string;
  /** Milliseconds since the epoch: since when it is in this state, and when it is sent at the earliest. */
  readonly at: number;
  readonly until?: number;
  /** Why it reached nobody. */
  readonly reason?: string;
}

/** The notices about a resource that have ended, and those that wait. @param queues their kinds of records */
export async function shownDeliveries(
  about: string,
  queues: readonly string[],
  records: Pick<Records, 'find'>,
  now: number,
): Promise<ShownDelivery[]> {
  const ended = await records.find(DELIVERY, 'about', about, now, MOST);
  const waiting = await Promise.all(queues.map(queue => records.find(queue, 'about', about, now, MOST)));
  return [
    ...ended.map(({ value }) => shownEnded(value as unknown as DeliveryRecord)),
    ...waiting.flat().map(document => shownWaiting(document, now)),
  ];
}

/** The reason says why nobody was reached. */
function shownEnded({ outcome, person, channel, attempts }: DeliveryRecord): ShownDelivery {
  const { at = 0, reason } = attempts.at(-1) ?? {};
  return { outcome, at, ...defined({ person, channel, reason: TAKEN.has(outcome) ? undefined : reason }) };
}

function shownWaiting(document: Document, now: number): ShownDelivery {
  const { effect, since: at = now, heldUntil = 0 } = entryOf(document);
  const [person] = effect.persons;
  const shown = defined({ person: person?.reference, channel: effect.channels?.[0] });
  return heldUntil > now ? { outcome: 'held', at, until: heldUntil, ...shown } : { outcome: 'queued', at, ...shown };
}

/** Deliveries that came to nothing and can be sent again, ordered by id. */
export async function deadDeliveries(records: Records, clock: Clock, limit: number): Promise<DeadDelivery[]> {
  const found = await records.find(DEAD, 'outcome', 'dead', clock.now(), limit);
  return found.map(document => {
    const { effect, attempts } = entryOf(document);
    return { id: document.id, event: effect.event, about: effect.about, attempts };
  });
}

/**
 * Puts a dead delivery into the outbox again, with all its tries. Resolves with whether there was one. Fault `conflict`
 * where somebody else does so at the same time.
 */
export async function sendAgain(id: string, records: Records, store: Store, clock: Clock): Promise<boolean> {
  const dead = await records.get(DEAD, id, clock.now());
  if (!dead) return false;
  const { effect, event } = entryOf(dead);
  const now = clock.now();
  const entry: OutboxEntry = { effect, attempts: [], since: now, ...defined({ event }) };
  const documents = [removal(dead), queued(dead, entry, OUTBOX, now), ...reportDue(effect.about, now)];
  await store.commit({ documents: [...documents, { op: 'delete', kind: DELIVERY, id }] });
  return true;
}
