/**
 * Effects are values: the work of a workflow outside the store. They ride in the same commit as the change
 * that caused them (as outbox entries), and delivery/ carries them out afterwards. A closed union: each kind has its own
 * branch wherever effects are handled.
 */
import type { Contact } from './contact.js';

export type Effect = Notice;

/** The events that people are notified of; each has its template (templates/{language}/{event}.liquid). */
export type NoticeEvent = 'invitation' | 'enrolled' | 'activation' | 'contact-differs' | 'new-message';

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
  /** Not sent after this instant (milliseconds since the epoch): a notice past its use. */
  readonly expires?: number;
}
