/** What an invitation is made of: whom it is for, where it goes, in which language, for how long. */
import type { Patient } from 'fhir/r4.js';
import type { Actor } from '../../access/actor.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { addressing } from '../../portal/addressing.js';
import { CHANNEL_PARAMETER, channelsOf } from '../../portal/channel-parameter.js';
import type { Contact } from '../../portal/contact.js';
import type { Address } from '../../portal/contact-channel.js';
import { daysOf } from '../../portal/days-parameter.js';
import type { Enrollee } from '../../portal/enrollee.js';
import { inviteeOf } from '../../portal/enrollment.js';
import type { InvitationOrder } from '../../portal/invitation.js';
import { statedLanguage } from '../../portal/language-parameter.js';
import { requireFacts, statedContact } from '../../portal/person-parameters.js';
import { noPreferences, preferencesOf } from '../../portal/preferences.js';
import { reachOf } from '../../portal/reach.js';
import type { PortalSettings } from '../../service.js';
import type { InviteInput } from '../types.js';
import type { Call } from '../workflow-operation.js';

/** The invitation that a call orders for somebody. Faults `unprocessable`. */
export async function orderOf(
  call: Pick<Call<InviteInput>, 'input' | 'context' | 'all'>,
  subject: Enrollee,
  portal: PortalSettings,
): Promise<InvitationOrder & { readonly sentBy: string[] }> {
  const { input, context } = call;
  requireFacts(subject);
  const { contact, differs } = addressing(statedContact(call), subject.patient?.resource, call.all.phoneNumber);
  const { email: _email, phone: _phone, ...facts } = subject.facts;
  const channels = channelsOf(input, contact, portal);
  const used = await addressesUsed(call, contact, subject.patient?.resource, channels, portal);
  const language = statedLanguage(input) ?? subject.language;
  const { topic } = input;
  return {
    invitee: inviteeOf({ ...subject, facts: { ...facts, ...contact } }),
    contact,
    differs,
    sentTo: used.map(({ address }) => address),
    sentBy: used.map(({ channel }) => channel.name),
    ...defined({ channels, language, topic }),
    days: daysOf(input) ?? portal.invitationDays,
    requester: requesterOf(context.actor),
    portalUrl: portal.portalUrl,
  };
}

/** The addresses by which the person takes an invitation. Fault `unprocessable` where they take none. */
async function addressesUsed(
  { all }: Pick<Call<InviteInput>, 'all'>,
  contact: Contact,
  patient: Patient | undefined,
  wanted: readonly string[] | undefined,
  { channels }: PortalSettings,
): Promise<readonly Address[]> {
  const preferences = patient ? preferencesOf(patient, all.own) : noPreferences;
  const reach = await reachOf('invitation', { contact, preferences }, channels, wanted, all);
  if (!('outcome' in reach)) return reach;
  throw new Fault('unprocessable', 'This person takes no invitation by this channel: they have said so.', {
    code: 'business-rule',
    expression: CHANNEL_PARAMETER,
  });
}

const requesterOf = ({ fhirUser, clientId }: Actor): InvitationOrder['requester'] =>
  fhirUser === undefined ? { display: clientId } : { reference: fhirUser };
