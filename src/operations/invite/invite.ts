/** Patient/$invite: an invitation to enroll, for a Patient or for a person who has none yet; not for members. */
import type { Patient } from 'fhir/r4.js';
import type { Actor } from '../../access/actor.js';
import { Fault } from '../../fhir/fault.js';
import { languageUsed, type Languages } from '../../texts/language.js';
import type { Contact } from '../../portal/contact.js';
import type { Address } from '../../portal/contact-channel.js';
import { noPreferences, preferencesOf } from '../../portal/preferences.js';
import { reachOf } from '../../portal/reach.js';
import { addressing } from '../../portal/addressing.js';
import { refuseMinor } from '../../portal/age.js';
import { daysOf } from '../../portal/days-parameter.js';
import { inviteeOf, refuseInactive } from '../../portal/enrollment.js';
import { invite as makeInvitation, type InvitationOrder } from '../../portal/invitation.js';
import { combined } from '../../portal/step.js';
import type { Enrollee } from '../../portal/enrollee.js';
import { heldForReview } from '../../portal/held.js';
import type { HandlerParts, Operation, PortalSettings } from '../../service.js';
import { statedLanguage } from '../../portal/language-parameter.js';
import { CHANNEL_PARAMETER, channelsOf } from '../../portal/channel-parameter.js';
import { definitionOf } from '../operation-of.js';
import { requireFacts, enrolleeOf, statedContact, wrongParameter } from '../../portal/person-parameters.js';
import type { InviteInput, InviteOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';
import { defined } from '../../fhir/defined.js';
import { isTopic } from '../../wording/wording.js';

export interface InviteParts extends WorkflowParts {
  readonly portal: PortalSettings;
  readonly configuration: HandlerParts['configuration'];
  readonly wordings: Pick<HandlerParts['wordings'], 'hasTopic'>;
}

export const createInvite = (parts: InviteParts): Operation<InviteInput, InviteOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Patient', 'invite'),
      reason: 'invitation: accounts and earlier invitations',
      run: call => invite(call, parts),
    },
    parts,
  );

async function invite(call: Call<InviteInput>, parts: InviteParts): Promise<Outcome<InviteOutput>> {
  await refuseUnknownTopic(call.input, parts);
  const subject = await enrolleeOf(call);
  const configuration = await parts.configuration();
  const order = await orderOf(call, subject, parts.portal);
  refuseInactive(subject, call.all);
  if (subject.account) return { output: { status: 'enrolled' } };
  refuseMinor(subject.facts.birthDate, configuration['account-age'], parts.clock.now());
  const held = heldForReview(subject, call.all, parts);
  if (held) return held;
  const { task, step } = await makeInvitation(order, call.all, parts);
  return {
    step: combined(subject.conditions, step),
    returns: { type: 'Task', id: task.id, created: true },
    output: {
      status: 'invited',
      ...defined({ language: shownLanguage(subject.language ?? order.language, configuration) }),
      channel: order.sentBy,
      contact: order.differs || subject.patient ? 'on-record' : 'as-stated',
    },
  };
}

/** Where one language is enabled, there is nothing to tell. */
const shownLanguage = (language: string | undefined, settings: Languages): string | undefined =>
  settings.language.length > 1 ? languageUsed(language, settings) : undefined;

async function orderOf(
  call: Call<InviteInput>,
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
  { all }: Call<InviteInput>,
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

/** What the invitation is about has a wording. */
async function refuseUnknownTopic({ topic }: InviteInput, { wordings }: InviteParts): Promise<void> {
  if (topic === undefined) return;
  if (!isTopic(topic)) throw wrongParameter('topic', 'a code of a-z, 0-9 and hyphens');
  if (await wordings.hasTopic(topic)) return;
  throw new Fault('unprocessable', `There is no wording for invitations of the topic ${topic}.`, {
    code: 'code-invalid',
    expression: "Parameters.parameter.where(name='topic')",
  });
}

const requesterOf = ({ fhirUser, clientId }: Actor): InvitationOrder['requester'] =>
  fhirUser === undefined ? { display: clientId } : { reference: fhirUser };
