/** Deliveries of notices, as administrators list them and send them again. */
import type { Bounds } from '../fhir/period.js';
import type { DocumentChange } from '../store/port.js';
import type { NoticeEvent } from './notice-kinds.table.js';

/** A notice to one person. Holds no address, text or code. */
export interface ListedDelivery {
  readonly id: string;
  readonly event: NoticeEvent;
  /** The resource it is about: `Task/1`. */
  readonly about: string;
  /** A code of delivery-state. */
  readonly outcome: string;
  readonly person?: string;
  readonly channel?: string;
  /** Milliseconds since the epoch: since when it is in this state, and when it is sent at the earliest. */
  readonly at: number;
  readonly until?: number;
  /** Why it reached nobody. */
  readonly reason?: string;
}

export interface DeliveryFilter {
  readonly states: readonly string[];
  /** The resource that they are about. */
  readonly about?: string;
  readonly channel?: string;
  /** When they came into their state. */
  readonly within?: Bounds;
}

export interface Deliveries {
  /** Those of any of the states that meet the rest. Fault `too-costly` where too many others would be looked at. */
  list(of: DeliveryFilter, limit: number): Promise<readonly ListedDelivery[]>;
  /** The changes that put a lost one into the outbox again, with all its tries; undefined where there is none of that id. */
  again(id: string): Promise<{ about: string; documents: readonly DocumentChange[] } | undefined>;
}
