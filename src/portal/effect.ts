/**
 * Effects are values: the work of a workflow outside the store. They ride in the same commit as the change
 * that caused them (as outbox entries), and delivery/ carries them out afterwards. A closed union: each kind has its own
 * branch wherever effects are handled.
 */
import type { Contact } from './contact.js';
import type { NoticeEvent } from './notice-kinds.table.js';

export type Effect = Notice | Changed;

/** People changed a resource that others want to know of: each listener of the outbox takes it up (delivery/changes.ts). */
export interface Changed {
  readonly kind: 'changed';
  /** `Patient/1` */
  readonly key: string;
  /** The version that was replaced. */
  readonly before: number;
}

/** A person whom a notice concerns. Delivery finds out channel, address and language when it sends. */
export interface Concerned {
  /** `Patient/1`, `Person/2`, `RelatedPerson/3`; absent for a person who is not on record yet. */
  readonly reference?: string;
  /** Normalised addresses for this notice. Of a person on record they count only where they are there. */
  readonly contact?: Contact;
}

/** Something happened that persons are to be notified of. */
export interface Notice {
  readonly kind: 'notice';
  readonly event: NoticeEvent;
  /** The resource it is about, by which its delivery record is found: `Task/1`. */
  readonly about: string;
  readonly persons: readonly Concerned[];
  /** Names of the channels that the caller asks for: one notice by each. Absent: one, by the first that reaches the person. */
  readonly channels?: readonly string[];
  /** BCP 47; for a person whose record names no language. Delivery falls back to the default language. */
  readonly language?: string;
  /** Values for the template. Never health information. Secrets (an invitation code) live here alone. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The switch of the portal that stops it while it is off. */
  readonly governedBy?: string;
  /** Not sent after this instant (milliseconds since the epoch): a notice past its use. */
  readonly expires?: number;
}

export const isNotice = (effect: Effect): effect is Notice => effect.kind === 'notice';

/** The notice for each person and each requested channel. */
export function singleNotices(notice: Notice): Notice[] {
  const { persons, channels } = notice;
  const requested = channels?.map(channel => ({ channels: [channel] })) ?? [{}];
  return persons.flatMap(person => requested.map(one => ({ ...notice, persons: [person], ...one })));
}

/** Whether a resource shows the notices about it: `Task/1`. */
export const showsDeliveries = (about: string): boolean => /^(Task|Communication)\//.test(about);
