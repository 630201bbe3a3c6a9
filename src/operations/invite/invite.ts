/** Patient/$invite: an invitation to enroll, for a Patient or for a person who has none yet; not for members. */
import { Fault } from '../../fhir/fault.js';
import { languageUsed, type Languages } from '../../texts/language.js';
import { refuseMinor } from '../../portal/age.js';
import { refuseInactive } from '../../portal/enrollment.js';
import { invite as makeInvitation } from '../../portal/invitation.js';
import { combined } from '../../portal/step.js';
import { heldForReview } from '../../portal/held.js';
import type { HandlerParts, Operation, PortalSettings } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import { enrolleeOf, wrongParameter } from '../../portal/person-parameters.js';
import { orderOf } from './invitation-order.js';
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
