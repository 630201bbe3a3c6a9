/** The parameter `channel`: by which of the contact channels a person is notified. */
import { Fault } from '../fhir/fault.js';
import type { Contact } from './contact.js';
import { addressOf, type ContactChannel } from './contact-channel.js';
import { wrongParameter } from './person-parameters.js';

/** Where it stands. */
export const CHANNEL_PARAMETER = "Parameters.parameter.where(name='channel')";

const CHANNELS: Readonly<Record<string, readonly string[]>> = {
  email: ['email'],
  sms: ['sms'],
  both: ['email', 'sms'],
};

/**
 * The names of the requested channels; undefined where any will do. Faults: `invalid`; `unprocessable` where a requested
 * channel, or where none of those set up, leads to the person.
 */
export function channelsOf(
  { channel: value }: { channel?: string },
  contact: Contact,
  { channels }: { readonly channels: readonly ContactChannel[] },
): readonly string[] | undefined {
  if (value === undefined) {
    if (!addressOf(channels, contact)) throw unreachable('to this person');
    return undefined;
  }
  const wanted = Object.hasOwn(CHANNELS, value) ? CHANNELS[value] : undefined;
  if (!wanted) throw wrongParameter('channel', 'email, sms or both');
  for (const name of wanted) if (!addressOf(channels, contact, [name])) throw unreachable(`by ${name}`);
  return wanted;
}

const unreachable = (where: string): Fault =>
  new Fault('unprocessable', `No notice can go ${where}.`, {
    expression: CHANNEL_PARAMETER,
  });
