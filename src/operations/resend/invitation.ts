/** Task/$resend: an invitation once more, to the contact of this moment, with another code. */
import type { Patient, Task } from 'fhir/r4.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { refuseMinor } from '../../portal/age.js';
import { findEnrollee, type Enrollee } from '../../portal/enrollee.js';
import { refuseInactive } from '../../portal/enrollment.js';
import { invitationWorkflow, isRetry, resend } from '../../portal/invitation.js';
import { invitationOf, invitationsOf, type Stored } from '../../portal/invitation-record.js';
import { combined, type Versioned, type WorkflowReader } from '../../portal/step.js';
import type { Operation } from '../../service.js';
import { orderOf } from '../invite/invitation-order.js';
import type { InviteParts } from '../invite/invite.js';
import { definitionOf } from '../operation-of.js';
import type { ResendInvitationInput, ResendInvitationOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome } from '../workflow-operation.js';

export const createResendInvitation = (parts: InviteParts): Operation<ResendInvitationInput, ResendInvitationOutput> =>
  workflowOperation<ResendInvitationInput, ResendInvitationOutput>(
    {
      definition: definitionOf('Task', 'resend'),
      reason: 'invitation: resend',
      run: call => sendAgain(call, parts),
    },
    parts,
  );

async function sendAgain(
  call: Call<ResendInvitationInput>,
  parts: InviteParts,
): Promise<Outcome<ResendInvitationOutput>> {
  const { context, seen, all } = call;
  const { id = '' } = context.route;
  const task = await seen.get<Task>(`Task/${id}`);
  if (!task) throw new Fault('not-found', `There is no Task/${id}.`);
  if (!invitationWorkflow(all.own).governs(task.resource)) throw new Fault('conflict', 'This Task is no invitation.');
  const stored = task.resource.status === 'requested' ? await storedOf(task, all) : undefined;
  if (!stored) throw new Fault('conflict', 'The invitation is not open any more.', { expression: 'Task.status' });
  if (isRetry(stored.record.resent, parts.clock.now())) return { output: { return: task.resource } };
  const subject = await subjectOf(stored, all);
  refuseInactive(subject, all);
  if (subject.account) throw new Fault('conflict', 'This person has an account.', { expression: 'Task.for' });
  const { 'account-age': age } = await parts.configuration();
  refuseMinor(subject.facts.birthDate, age, parts.clock.now(), 'Patient.birthDate');
  const order = await orderOf({ input: inputOf(stored, task.resource, subject), context, all }, subject, parts.portal);
  const step = await resend(task, stored, order, context.actor, all, parts);
  return { step: combined(subject.conditions, step), returns: { type: 'Task', id }, output: {} };
}

/** Of an invitation that an earlier release made, the patient leads to it. */
async function storedOf({ resource }: Versioned<Task>, reader: WorkflowReader): Promise<Stored | undefined> {
  const task = `Task/${resource.id}`;
  const stored = await invitationOf(task, reader);
  if (stored || resource.for?.reference === undefined) return stored;
  const { open } = await invitationsOf({ facts: {}, patient: resource.for.reference }, reader);
  return open.find(({ record }) => record.task === task);
}

/** The invitee as they are today. */
async function subjectOf({ record: { facts, patient } }: Stored, reader: WorkflowReader): Promise<Enrollee> {
  if (patient === undefined) return findEnrollee(facts, reader);
  const instance = await reader.get<Patient>(patient);
  if (!instance) throw new Fault('conflict', 'The patient is not on record any more.', { expression: 'Task.for' });
  return findEnrollee({}, reader, instance);
}

/** What the invitation was ordered with. Of a patient, the address is that of the record. */
function inputOf({ record: { facts, patient, language } }: Stored, { input = [] }: Task, subject: Enrollee) {
  const topic = input.find(({ type }) => type.text === 'topic')?.valueCode;
  const { email, phone } = patient === undefined ? facts : {};
  return defined({ email, phone, language: subject.language ?? language, topic });
}
