/** Ways that notices can go: what workflows know of the channels that are set up (delivery/channels/). */
import type { Contact } from './contact.js';
import type { Effect } from './effect.js';

export interface ContactChannel {
  /** `email` */
  readonly name: string;
  /** Where a person is reached by it; undefined where it does not lead to them. */
  readonly addressOf: (contact: Contact) => string | undefined;
}

/** Where a notice to this person goes by one of these channels, the preferred one first; undefined if none leads there. */
export function firstChannel(channels: readonly ContactChannel[], contact: Contact): Effect['to'] | undefined {
  for (const { name, addressOf } of channels) {
    const address = addressOf(contact);
    if (address !== undefined) return { channel: name, address };
  }
  return undefined;
}
