/** Patient/$invite: an invitation to enroll, for a Patient or for somebody who has none yet. Members are told apart. */
import type { Actor } from '../../access/actor.js';
import { inviteeOf, refuseInactive } from '../../portal/enrollment.js';
import { invite as makeInvitation, type InvitationOrder } from '../../portal/invitation.js';
import { combined } from '../../portal/step.js';
import type { Enrollee } from '../../portal/account.js';
import type { Context, Operation, Values } from '../../service.js';
import { changesOf, written } from '../../writing/step-changes.js';
import { languageTag } from '../language.js';
import { channelsOf } from '../notice-channels.js';
import { requireFacts, enrolleeOf, statedContact, wrongParameter } from '../person-parameters.js';
import { readerOf } from '../../writing/workflow-reader.js';
import { defined } from '../../fhir/defined.js';

const MAX_DAYS = 365;

export const invite: Operation = {
  definition: 'https://portico.health/fhir/OperationDefinition/Patient-invite',
  async handler(input, context) {
    const reason = 'invitation: accounts and earlier invitations';
    const all = readerOf(context, context.asSystem(reason));
    const subject = await enrolleeOf(input, context, readerOf(context, context.store), all);
    const order = orderOf(input, context, subject);
    refuseInactive(subject);
    if (subject.account) return { output: { status: 'enrolled' } };
    const { task, step } = await makeInvitation(order, all, context.services);
    const changes = await changesOf(combined(subject.conditions, step), context);
    const output = { status: 'invited', return: written(changes, { type: 'Task', id: task.id }) };
    const location = `${context.endpoint.url}/Task/${task.id}`;
    return { status: 201, headers: { location }, output, changes, asSystem: reason };
  },
};

function orderOf(input: Values, context: Context, subject: Enrollee): InvitationOrder {
  const { portal } = context.services;
  requireFacts(input, context, subject);
  const language = languageTag(input) ?? subject.language;
  const topic = topicOf(input);
  return {
    invitee: inviteeOf(subject),
    stated: statedContact(input),
    ...defined({ channels: channelsOf(input, subject.facts, portal), language, topic }),
    days: daysOf(input) ?? portal.invitationDays,
    requester: requesterOf(context.actor),
    portalUrl: portal.portalUrl,
  };
}

function topicOf(input: Values): string | undefined {
  const topic = input['topic'] as string | undefined;
  if (topic !== undefined && !/^[a-z0-9-]{1,40}$/.test(topic))
    throw wrongParameter('topic', 'a code of a-z, 0-9 and hyphens');
  return topic;
}

function daysOf(input: Values): number | undefined {
  const days = input['expiresInDays'] as number | undefined;
  const whole = days === undefined || (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS);
  if (!whole) throw wrongParameter('expiresInDays', `a whole number from 1 to ${MAX_DAYS}`);
  return days;
}

const requesterOf = ({ fhirUser, clientId }: Actor): InvitationOrder['requester'] =>
  fhirUser === undefined ? { display: clientId } : { reference: fhirUser };
