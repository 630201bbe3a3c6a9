/** What became of an effect: kept for a while after it has left the outbox, without its parameters (they hold secrets). */
import type { Document, DocumentChange } from '../store/port.js';
import type { Attempt, OutboxEntry } from './outbox.js';

export const DELIVERY = 'delivery';

export type Outcome = 'sent' | 'dead' | 'expired';

/** The value of a delivery record. Its secondary keys: `about`, `outcome`. */
export interface DeliveryRecord {
  template: string;
  about: string;
  outcome: Outcome;
  /** The last entry is that which ended it. */
  attempts: readonly Attempt[];
}

const KEPT = 90 * 24 * 3600 * 1000;

/** The record that takes the parcel's place. */
export function deliveryRecord(
  { id }: Document,
  { effect, attempts }: OutboxEntry,
  outcome: Outcome,
  now: number,
): DocumentChange {
  const { template, about } = effect;
  const value: DeliveryRecord = { template, about, outcome, attempts };
  return {
    op: 'put',
    document: { kind: DELIVERY, id, value: { ...value }, keys: { about, outcome }, expires: now + KEPT },
  };
}

/** Takes a parcel out of the outbox; loses against a worker that has taken it over meanwhile. */
export const removal = ({ kind, id, version }: Document): DocumentChange => ({
  op: 'delete',
  kind,
  id,
  expect: version,
});
