/** Patient/$invite: an invitation to enroll, for a Patient or for a person who has none yet; not for members. */
import type { Actor } from '../../access/actor.js';
import { inviteeOf, refuseInactive } from '../../portal/enrollment.js';
import { invite as makeInvitation, type InvitationOrder } from '../../portal/invitation.js';
import { combined } from '../../portal/step.js';
import type { Enrollee } from '../../portal/enrollee.js';
import type { Operation, PortalSettings } from '../../service.js';
import { languageTag } from '../../portal/language-parameter.js';
import { channelsOf } from '../../portal/channel-parameter.js';
import { definitionOf } from '../operation-of.js';
import { requireFacts, enrolleeOf, statedContact, wrongParameter } from '../../portal/person-parameters.js';
import type { InviteInput, InviteOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';
import { defined } from '../../fhir/defined.js';

const MAX_DAYS = 365;

export interface InviteParts extends WorkflowParts {
  readonly portal: PortalSettings;
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
  const subject = await enrolleeOf(call);
  const order = orderOf(call, subject, parts.portal);
  refuseInactive(subject);
  if (subject.account) return { output: { status: 'enrolled' } };
  const { task, step } = await makeInvitation(order, call.all, parts);
  return {
    step: combined(subject.conditions, step),
    returns: { type: 'Task', id: task.id, created: true },
    output: { status: 'invited' },
  };
}

function orderOf(call: Call<InviteInput>, subject: Enrollee, portal: PortalSettings): InvitationOrder {
  const { input, context } = call;
  requireFacts(subject);
  const language = languageTag(input) ?? subject.language;
  const topic = topicOf(input);
  return {
    invitee: inviteeOf(subject),
    stated: statedContact(call),
    ...defined({ channels: channelsOf(input, subject.facts, portal), language, topic }),
    days: daysOf(input) ?? portal.invitationDays,
    requester: requesterOf(context.actor),
    portalUrl: portal.portalUrl,
  };
}

function topicOf({ topic }: InviteInput): string | undefined {
  if (topic !== undefined && !/^[a-z0-9-]{1,40}$/.test(topic))
    throw wrongParameter('topic', 'a code of a-z, 0-9 and hyphens');
  return topic;
}

function daysOf({ expiresInDays: days }: InviteInput): number | undefined {
  const whole = days === undefined || (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS);
  if (!whole) throw wrongParameter('expiresInDays', `a whole number from 1 to ${MAX_DAYS}`);
  return days;
}

const requesterOf = ({ fhirUser, clientId }: Actor): InvitationOrder['requester'] =>
  fhirUser === undefined ? { display: clientId } : { reference: fhirUser };
