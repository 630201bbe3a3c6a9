/** The addresses by which a notice reaches a person: as they prefer, and never where they take none. */
import { addressOf, type Address, type ContactChannel } from './contact-channel.js';
import type { Contact } from './contact.js';
import { optedOutAddress } from './opt-out.js';
import { noticeKindOf, type NoticeEvent } from './notice-kinds.table.js';
import type { Preferences } from './preferences.js';
import type { PeopleReader, Recipient } from './recipient.js';

/** Why a notice goes nowhere. `withheld`: by the person's will. `dead`: once there is an address it can be sent. */
export interface Unreached {
  readonly outcome: 'withheld' | 'dead';
  readonly reason: 'preference' | 'opted out' | 'no address';
}

/**
 * One address a channel, in the order of the channels; of no channel wanted or preferred, that of the first.
 * @param wanted names of the channels that a caller asks for
 */
export async function reachOf<C extends ContactChannel>(
  event: NoticeEvent,
  { contact, preferences }: Pick<Recipient, 'contact' | 'preferences'>,
  channels: readonly C[],
  wanted: readonly string[] | undefined,
  reader: Pick<PeopleReader, 'document'>,
): Promise<readonly Address<C>[] | Unreached> {
  const names = namesOf(event, preferences, wanted);
  if (names?.length === 0) return { outcome: 'withheld', reason: 'preference' };
  const leading = leadingBy(names, contact, channels, isEssential(event) && wanted === undefined);
  if (leading.length === 0) return { outcome: 'dead', reason: 'no address' };
  const barred = await Promise.all(leading.map(one => isBarred(event, one, preferences, reader)));
  const open = leading.filter((_one, at) => !barred[at]);
  if (open.length === 0) return { outcome: 'withheld', reason: 'opted out' };
  return names ? open : open.slice(0, 1);
}

/** By the channels of these names, or by any where none of them leads to the person of a notice that must arrive. */
function leadingBy<C extends ContactChannel>(
  names: readonly string[] | undefined,
  contact: Contact,
  channels: readonly C[],
  must: boolean,
): Address<C>[] {
  const open = names ? channels.filter(({ name }) => names.includes(name)) : channels;
  const leading = open.flatMap(channel => addressOf([channel], contact) ?? []);
  return must && names && leading.length === 0 ? leadingBy(undefined, contact, channels, must) : leading;
}

const isEssential = (event: NoticeEvent): boolean => noticeKindOf(event).essential === true;

/** Channels that are wanted and preferred; undefined where any one will do. What is essential goes by those wanted. */
function namesOf(
  event: NoticeEvent,
  preferences: Preferences,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  const preferred = preferences.channels(event);
  const essential = isEssential(event);
  if (preferred === undefined || (essential && (wanted !== undefined || preferred.length === 0))) return wanted;
  return wanted ? wanted.filter(name => preferred.some(one => one === name)) : preferred;
}

/** A text message of STOP stands for every kind of notice: carriers keep them back as well. */
async function isBarred(
  event: NoticeEvent,
  { channel, address }: Address,
  { optedOut }: Preferences,
  reader: Pick<PeopleReader, 'document'>,
): Promise<boolean> {
  if (channel.name !== 'sms' && isEssential(event)) return false;
  return optedOut.has(channel.name) || (await optedOutAddress(channel.name, address, reader));
}
