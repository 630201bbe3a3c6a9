/**
 * Delivery records: the outcome of an effect, kept for a while, without its parameters (they hold secrets). A dead delivery
 * is kept whole beside its record, so that an administrator can send it again.
 */
import { defined } from '../fhir/defined.js';
import type { Clock } from '../fhir/clock.js';
import type { NoticeEvent } from '../portal/effect.js';
import type { Document, DocumentChange, Records, Store } from '../store/port.js';
import { reportDue } from './delivery-report.js';
import { entryOf, OUTBOX, queued, type Attempt, type OutboxEntry } from './outbox.js';

const DELIVERY = 'delivery';
const DEAD = 'dead';

/** `withheld`: the person is not to be notified any more. `dead`: it cannot be delivered now. */
export type Outcome = 'sent' | 'dead' | 'expired' | 'withheld';

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
  if (outcome !== 'dead') return [kept, ...report];
  const whole = { ...record, kind: DEAD, value: { ...entry }, expires: Math.min(expires ?? Infinity, record.expires) };
  return [kept, { op: 'put', document: whole }, ...report];
}

/** A delivery that came to nothing, as administrators see it. */
export interface DeadDelivery extends Omit<DeliveryRecord, 'outcome'> {
  id: string;
}

/** Records that a resource has at most: more are of notices that were sent again and again. */
const MOST = 100;

/** What became of the notices about a resource. */
export async function deliveriesAbout(
  about: string,
  records: Pick<Records, 'find'>,
  now: number,
): Promise<DeliveryRecord[]> {
  const found = await records.find(DELIVERY, 'about', about, now, MOST);
  return found.map(({ value }) => value as unknown as DeliveryRecord);
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
  const entry: OutboxEntry = { effect: entryOf(dead).effect, attempts: [] };
  const documents = [
    removal(dead),
    queued(dead, entry, OUTBOX, clock.now()),
    ...reportDue(entry.effect.about, clock.now()),
  ];
  await store.commit({ documents: [...documents, { op: 'delete', kind: DELIVERY, id }] });
  return true;
}
