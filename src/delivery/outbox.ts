/** The outbox: effects as records that ride in the commit of the change they belong to. */
import type { World } from '../fhir/clock.js';
import type { Effect } from '../portal/effect.js';
import type { DocumentChange } from '../store/port.js';

/** The kind of the records that wait for a channel: each has its own queue, so that a slow one holds up no other. */
export const outboxKind = (channel: string): string => `outbox-${channel}`;

/** What an outbox record holds. */
export interface OutboxEntry {
  effect: Effect;
  /** Tries so far, the failed ones with their reason. */
  attempts: readonly Attempt[];
}

export interface Attempt {
  /** Milliseconds since the epoch. */
  at: number;
  reason: string;
}

/** The record of an effect, due at once. */
export function outboxDocument(effect: Effect, { ids, clock }: Pick<World, 'ids' | 'clock'>): DocumentChange {
  const kind = outboxKind(effect.to.channel);
  const value: OutboxEntry = { effect, attempts: [] };
  return {
    op: 'put',
    document: { kind, id: ids.next(), value: { ...value }, keys: { about: effect.about }, due: clock.now() },
    expect: 0,
  };
}
