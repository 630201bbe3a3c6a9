/** The standing of a person with the portal, and the next actions. */
import type { Person, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { provision } from './account.js';
import type { EnrolledNotice } from './account-workflow.js';
import type { Enrollee } from './enrollee.js';
import { isInactive, ownPatient } from './identity.js';
import { invitationsOf, type Invitee } from './invitation-record.js';
import { endInvitations } from './invitation.js';
import { combined, type WorkflowReader, type Step } from './step.js';
import { defined } from '../fhir/defined.js';

export type EnrollmentStatus =
  'unknown' | 'not-enrolled' | 'invited' | 'invitation-expired' | 'enrolled' | 'proxy-only' | 'inactive';

export type NextAction = 'invite' | 'resend' | 'enroll' | 'message' | 'none';

/** The actions that each status allows. */
export const nextActions: Readonly<Record<EnrollmentStatus, readonly NextAction[]>> = {
  unknown: ['invite', 'enroll'],
  'not-enrolled': ['invite', 'enroll'],
  invited: ['resend', 'enroll'],
  'invitation-expired': ['invite', 'enroll'],
  enrolled: ['message'],
  'proxy-only': ['enroll'],
  inactive: ['none'],
};

export interface Standing {
  status: EnrollmentStatus;
  /** `Task/1`: the invitation that is open or has expired. */
  invitation?: string;
}

export async function standingOf(subject: Enrollee, reader: WorkflowReader, now: number): Promise<Standing> {
  const { patient, account } = subject;
  if ((patient && isInactive(patient.resource)) || account?.resource.active === false) return { status: 'inactive' };
  if (account) return { status: ownPatient(account.resource) === undefined ? 'proxy-only' : 'enrolled' };
  const invitation = await openInvitation(subject, reader);
  if (!invitation) return { status: patient ? 'not-enrolled' : 'unknown' };
  const { task, until } = invitation;
  return { status: until <= now ? 'invitation-expired' : 'invited', invitation: task };
}

async function openInvitation(
  subject: Enrollee,
  reader: WorkflowReader,
): Promise<{ task: string; until: number } | undefined> {
  const { open } = await invitationsOf(inviteeOf(subject), reader);
  for (const { record } of open) {
    const task = await reader.get<Task>(record.task);
    if (task?.resource.status === 'requested') return record;
  }
  return undefined;
}

export function inviteeOf({ facts, patient }: Enrollee): Invitee {
  return { facts, ...(patient ? { patient: `Patient/${patient.resource.id}` } : {}) };
}

/** Makes the account and notifies the person; an invitation that was open ends. The subject must be no member yet. */
export async function enroll(
  subject: Enrollee,
  order: Pick<EnrolledNotice, 'channels' | 'portalUrl'>,
  reader: WorkflowReader,
  world: World,
): Promise<{ person: Person; step: Step }> {
  const { language, facts } = subject;
  const notice = { given: facts.given ?? '', ...order, ...defined({ language }) };
  const { person, step: made } = await provision(subject, 'enroll', { notice }, reader, world);
  const { open } = await invitationsOf(inviteeOf(subject), reader);
  return { person, step: combined(await endInvitations(open, reader, world.clock.now()), made) };
}

/** Fault `conflict` for a person who may not be invited or enrolled. */
export function refuseInactive(subject: Enrollee): void {
  const closed = subject.account?.resource.active === false;
  if (closed || (subject.patient && isInactive(subject.patient.resource))) {
    throw new Fault('conflict', 'The patient or the account is inactive.');
  }
}
