/** Contact channels, as far as workflows know them: the address of a person on each. The channels themselves are in delivery/channels/. */
import type { Contact } from './contact.js';

export interface ContactChannel {
  /** `email` */
  readonly name: string;
  /** The person's address on this channel; undefined where the channel does not lead to them. */
  readonly addressOf: (contact: Contact) => string | undefined;
}

export interface Address<C extends ContactChannel = ContactChannel> {
  readonly channel: C;
  readonly address: string;
}

/**
 * The address at which a person is reached: by the first of these channels that leads to them, and is among `wanted`
 * where that is given; undefined if none does.
 */
export function addressOf<C extends ContactChannel>(
  channels: readonly C[],
  contact: Contact,
  wanted?: readonly string[],
): Address<C> | undefined {
  for (const channel of channels.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const address = channel.addressOf(contact);
    if (address !== undefined) return { channel, address };
  }
  return undefined;
}
