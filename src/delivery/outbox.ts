/** The outbox: effects as records that ride in the commit of the change they belong to. */
import { defined } from '../fhir/defined.js';
import type { World } from '../fhir/clock.js';
import { singleNotices, type Changed, type Effect, type Notice } from '../portal/effect.js';
import type { Document, DocumentChange } from '../store/port.js';

/** The kind of the entries without a channel yet. */
export const OUTBOX = 'outbox';

/** The kind of the changes that wait for their listeners. */
export const CHANGES = `${OUTBOX}-changes`;

/** The kind of the entries that wait for a channel: each has its own queue, so that a slow one holds up no other. */
export const channelQueue = (channel: string): string => `${OUTBOX}-${channel}`;

/** The content of an outbox record: a notice to one person, by one channel at most. */
export interface OutboxEntry {
  effect: Notice;
  /** The first and the last tries so far, the failed ones with their reason. */
  attempts: readonly Attempt[];
  /** Failed tries that count: the channel was there, and did not take the message. */
  tries?: number;
  /** What the entries of one event have in common, where it concerns several persons. */
  event?: string;
  /** Since when it waits as it does: milliseconds since the epoch. */
  since?: number;
  /** The end of the quiet hours that it waits for: milliseconds since the epoch. */
  heldUntil?: number;
}

export interface Attempt {
  /** Milliseconds since the epoch. */
  at: number;
  /** Holds no address and no content. */
  reason: string;
}

export const entryOf = ({ value }: Pick<Document, 'value'>): OutboxEntry => value as unknown as OutboxEntry;

/** The records of an effect, due at once. */
export function outboxDocuments(effect: Effect, { ids, clock }: Pick<World, 'ids' | 'clock'>): DocumentChange[] {
  const now = clock.now();
  if (effect.kind === 'changed') return [changeDue(effect, ids.next(), now)];
  const singles = singleNotices(effect).map(single => ({ id: ids.next(), single }));
  const event = effect.persons.length > 1 ? singles[0]?.id : undefined;
  return singles.map(({ id, single }) =>
    queued({ id }, { effect: single, attempts: [], since: now, ...defined({ event }) }, OUTBOX, now),
  );
}

const changeDue = (change: Changed, id: string, due: number): DocumentChange => ({
  op: 'put',
  document: { kind: CHANGES, id, value: { ...change }, keys: {}, due },
  expect: 0,
});

/** A new record of an entry, in this queue. */
export function queued({ id }: Pick<Document, 'id'>, entry: OutboxEntry, kind: string, due: number): DocumentChange {
  return {
    op: 'put',
    document: { kind, id, value: { ...entry }, keys: keysOf(entry), due },
    expect: 0,
  };
}

/** By which it is found: the resource that it is about, and whether it waits to be sent or is held. */
export const keysOf = ({ effect: { about }, heldUntil }: OutboxEntry): Readonly<Record<string, string>> => ({
  about,
  state: heldUntil === undefined ? 'queued' : 'held',
});

export const stateOf = ({ value }: Pick<Document, 'value'>): string =>
  keysOf(value as unknown as OutboxEntry)['state']!;
