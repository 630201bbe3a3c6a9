/** Which way a notice goes to a person: what the caller asks for, what the person has, what is set up here. */
import { Fault } from '../fhir/fault.js';
import type { Contact } from '../portal/contact.js';
import type { Effect } from '../portal/effect.js';
import type { PortalSettings, Values } from '../service.js';
import { wrongParameter } from './person-parameters.js';

type Channel = PortalSettings['channels'][number];

const ASKED: Readonly<Record<string, readonly Channel[]>> = { email: ['email'], sms: ['sms'], both: ['email', 'sms'] };

/** One address for each way. Fault `unprocessable` where a way asked for does not lead to the person. */
export function addressesOf(input: Values, contact: Contact, { channels }: PortalSettings): Effect['to'][] {
  const asked = input['channel'] as string | undefined;
  const address: Record<Channel, Effect['to'] | undefined> = {
    email: contact.email === undefined ? undefined : { email: contact.email },
    sms: contact.phone === undefined ? undefined : { sms: contact.phone },
  };
  if (asked === undefined) return [channels.map(channel => address[channel]).find(to => to !== undefined) ?? noWay()];
  const wanted = Object.hasOwn(ASKED, asked) ? ASKED[asked] : undefined;
  if (!wanted) throw wrongParameter('channel', 'email, sms or both');
  return wanted.map(channel => (channels.includes(channel) ? address[channel] : undefined) ?? noWay(channel));
}

function noWay(channel?: Channel): never {
  throw new Fault('unprocessable', `No notice can go ${channel === undefined ? 'to this person' : `by ${channel}`}.`, {
    expression: "Parameters.parameter.where(name='channel')",
  });
}
