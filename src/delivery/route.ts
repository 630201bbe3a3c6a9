/** The route of a notice: its channel, address and language at the moment of sending. */
import { addressOf, type Address } from '../portal/contact-channel.js';
import type { Notice } from '../portal/effect.js';
import { recipientOf, type PeopleReader } from '../portal/recipient.js';
import type { Channel } from './channels/channel.js';
import { defined } from '../fhir/defined.js';

export interface Route extends Address<Channel> {
  /** BCP 47; undefined: the default. */
  readonly language?: string;
  /** Of the patient concerned. */
  readonly given?: string;
}

/** There is no route. `withheld` is final; a `dead` delivery can be sent again once there is an address or a channel. */
export interface NoRoute {
  readonly outcome: 'withheld' | 'dead';
  readonly reason: string;
}

/**
 * The route of a notice for one person.
 * @param now milliseconds since the epoch
 */
export async function routeOf(
  { persons, channels: wanted, language: stated }: Notice,
  channels: readonly Channel[],
  people: PeopleReader,
  now: number,
): Promise<Route | NoRoute> {
  const [person = {}] = persons;
  const recipient = await recipientOf(person, people, now);
  if ('withheld' in recipient) return { outcome: 'withheld', reason: recipient.withheld };
  const address = addressOf(channels, recipient.contact, wanted);
  if (!address) return { outcome: 'dead', reason: 'no address' };
  const { language = stated, given } = recipient;
  return { ...address, ...defined({ language, given }) };
}
