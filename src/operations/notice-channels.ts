/** Which way a notice goes to a person: what the caller asks for, what the person has, what is set up here. */
import { Fault } from '../fhir/fault.js';
import type { Contact } from '../portal/contact.js';
import type { Effect } from '../portal/effect.js';
import { firstChannel } from '../portal/contact-channel.js';
import type { PortalSettings, Values } from '../service.js';
import { wrongParameter } from './person-parameters.js';

const ASKED: Readonly<Record<string, readonly string[]>> = { email: ['email'], sms: ['sms'], both: ['email', 'sms'] };

/** One address for each way. Fault `unprocessable` where a way asked for does not lead to the person. */
export function addressesOf(input: Values, contact: Contact, { channels }: PortalSettings): Effect['to'][] {
  const asked = input['channel'] as string | undefined;
  if (asked === undefined) return [firstChannel(channels, contact) ?? noWay('to this person')];
  const wanted = Object.hasOwn(ASKED, asked) ? ASKED[asked] : undefined;
  if (!wanted) throw wrongParameter('channel', 'email, sms or both');
  const by = (channel: string): Effect['to'] | undefined =>
    firstChannel(
      channels.filter(({ name }) => name === channel),
      contact,
    );
  return wanted.map(channel => by(channel) ?? noWay(`by ${channel}`));
}

function noWay(where: string): never {
  throw new Fault('unprocessable', `No notice can go ${where}.`, {
    expression: "Parameters.parameter.where(name='channel')",
  });
}
