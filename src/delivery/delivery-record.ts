/**
 * Delivery records: the outcome of an effect, kept for a while, without its parameters (they hold secrets). A dead delivery
 * is kept whole beside its record, so that an administrator can send it again.
 */
import { defined } from '../fhir/defined.js';
import type { Clock } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { ListedDelivery } from '../portal/deliveries.js';
import type { NoticeEvent } from '../portal/notice-kinds.table.js';
import type { Document, DocumentChange, Records } from '../store/port.js';
import { reportDue } from './delivery-report.js';
import { entryOf, OUTBOX, queued, stateOf, type Attempt, type OutboxEntry } from './outbox.js';

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

/** What a channel learns of a notice after it was sent. */
export interface Arrival {
  readonly state: 'delivered' | 'bounced';
  /** Holds no address and no content. */
  readonly reason?: string;
}

/**
 * The changes by which a delivery that was sent has arrived, or has not; undefined where there is no such record (yet). What has
 * arrived stays so.
 */
export async function arrived(
  id: string,
  { state, reason = state }: Arrival,
  records: Pick<Records, 'get'>,
  now: number,
): Promise<DocumentChange[] | undefined> {
  const found = await records.get(DELIVERY, id, now);
  if (!found) return undefined;
  const record = found.value as unknown as DeliveryRecord;
  const open = record.outcome === 'sent' || (record.outcome === 'bounced' && state === 'delivered');
  if (!open) return [];
  const value: DeliveryRecord = { ...record, outcome: state, attempts: [...record.attempts, { at: now, reason }] };
  const { version: expect, ...rest } = found;
  const document = { ...rest, value: { ...value }, keys: { ...rest.keys, outcome: state } };
  return [{ op: 'put', document, expect }, ...reportDue(record.about, now)];
}

/** A delivery that came to nothing, as administrators see it. */
export interface DeadDelivery extends Omit<DeliveryRecord, 'outcome'> {
  id: string;
}

/** Records that a resource has at most: more are of notices that were sent again and again. */
const MOST = 100;

/** The notices about a resource that have ended, and those that wait. @param queues their kinds of records */
export async function deliveriesAbout(
  about: string,
  queues: readonly string[],
  records: Pick<Records, 'find'>,
  now: number,
): Promise<ListedDelivery[]> {
  return listed(queues, now, kind => records.find(kind, 'about', about, now, MOST));
}

/** What is wanted of those in a state. */
export interface Wanted {
  readonly limit: number;
  readonly isAsked: (one: ListedDelivery) => boolean;
}

/** Those in a state, whatever they are about. @param queues kinds of records of those that wait */
export async function deliveriesIn(
  state: string,
  queues: readonly string[],
  records: Pick<Records, 'find'>,
  now: number,
  { limit, isAsked }: Wanted,
): Promise<ListedDelivery[]> {
  const key = (kind: string): string => (kind === DELIVERY ? 'outcome' : 'state');
  const find = async (kind: string): Promise<Document[]> => {
    const found: Document[] = [];
    for (let seen = 0, after: string | undefined; seen < MOST_SEEN; seen += PAGE) {
      const page = await records.find(kind, key(kind), state, now, PAGE, defined({ after }));
      found.push(...page.filter(one => isAsked(shownOf(kind, one, now))));
      if (found.length >= limit || page.length < PAGE) return found.slice(0, limit);
      after = page.at(-1)?.id;
    }
    throw new Fault('too-costly', 'There are too many in this state: ask for others, or for those about a resource.');
  };
  return listed(queues, now, find);
}

/** Records that are read at once, and at all. */
const PAGE = 500;
const MOST_SEEN = 20_000;

async function listed(
  queues: readonly string[],
  now: number,
  find: (kind: string) => Promise<readonly Document[]>,
): Promise<ListedDelivery[]> {
  const kinds = [DELIVERY, ...queues];
  const found = await Promise.all(kinds.map(find));
  return found.flatMap((documents, at) => documents.map(one => shownOf(kinds[at] ?? '', one, now)));
}

const shownOf = (kind: string, document: Document, now: number): ListedDelivery =>
  kind === DELIVERY ? endedDelivery(document) : waitingDelivery(document, now);

/** The reason says why nobody was reached. */
function endedDelivery({ id, value }: Document): ListedDelivery {
  const { event, about, outcome, person, channel, attempts } = value as unknown as DeliveryRecord;
  const { at = 0, reason } = attempts.at(-1) ?? {};
  const why = TAKEN.has(outcome) ? undefined : reason;
  return { id, event, about, outcome, at, ...defined({ person, channel, reason: why }) };
}

function waitingDelivery(document: Document, now: number): ListedDelivery {
  const { effect, since: at = now, heldUntil } = entryOf(document);
  const { event, about, persons, channels } = effect;
  const shown = defined({ person: persons[0]?.reference, channel: channels?.[0], until: heldUntil });
  return { id: document.id, event, about, outcome: stateOf(document), at, ...shown };
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
 * The changes that put a lost delivery into the outbox again, with all its tries; undefined where there is none of that id. They
 * conflict where somebody else does so at the same time.
 */
export async function sentAgain(
  id: string,
  records: Pick<Records, 'get'>,
  now: number,
): Promise<{ about: string; documents: DocumentChange[] } | undefined> {
  const dead = await records.get(DEAD, id, now);
  if (!dead) return undefined;
  const { effect, event } = entryOf(dead);
  const { about } = effect;
  const entry: OutboxEntry = { effect, attempts: [], since: now, ...defined({ event }) };
  const gone: DocumentChange = { op: 'delete', kind: DELIVERY, id };
  return { about, documents: [removal(dead), queued(dead, entry, OUTBOX, now), gone, ...reportDue(about, now)] };
}
