/** The standing of a person with the portal, and the next actions. */
import type { Patient, Person, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { provision } from './account.js';
import type { Enrollee } from './enrollee.js';
import { accountWorkflow, type EnrolledNotice } from './account-workflow.js';
import { activationRecord, isOver, isPending, readActivation } from './account-standing.js';
import { activationOf } from './activation.js';
import { contactDiffers } from './addressing.js';
import { isUnder } from './age.js';
import { isInactive, languageOf, ownPatient } from './identity.js';
import { invitationsOf, type Invitee } from './invitation-record.js';
import { endInvitations, isRetry } from './invitation.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { move, SERVER, type Mover } from './workflow.js';
import { defined } from '../fhir/defined.js';

export type EnrollmentStatus =
  | 'unknown'
  | 'not-enrolled'
  | 'invited'
  | 'invitation-expired'
  | 'pending'
  | 'enrolled'
  | 'proxy-only'
  | 'minor'
  | 'inactive';

export type NextAction = 'invite' | 'resend' | 'activate' | 'enroll' | 'message' | 'none';

/** The actions that each status allows. */
export const nextActions: Readonly<Record<EnrollmentStatus, readonly NextAction[]>> = {
  unknown: ['invite', 'enroll'],
  'not-enrolled': ['invite', 'enroll'],
  invited: ['resend', 'enroll'],
  'invitation-expired': ['invite', 'enroll'],
  pending: ['activate', 'message'],
  enrolled: ['message'],
  'proxy-only': ['enroll'],
  minor: ['none'],
  inactive: ['none'],
};

export interface Standing {
  status: EnrollmentStatus;
  /** `Task/1`: the invitation that is open or has expired. */
  invitation?: string;
}

/** @param accountAge years from which a person has an account of their own */
export async function standingOf(
  subject: Enrollee,
  accountAge: number,
  reader: WorkflowReader,
  now: number,
): Promise<Standing> {
  const { patient, account, facts } = subject;
  if (isClosed(subject, reader)) return { status: 'inactive' };
  if (account) return { status: standingOfAccount(account.resource, reader) };
  if (isUnder(facts.birthDate, accountAge, now)) return { status: 'minor' };
  const invitation = await openInvitation(subject, reader);
  if (!invitation) return { status: patient ? 'not-enrolled' : 'unknown' };
  const { task, until } = invitation;
  return { status: until <= now ? 'invitation-expired' : 'invited', invitation: task };
}

function standingOfAccount(account: Person, { own }: WorkflowReader): EnrollmentStatus {
  if (isPending(account, own)) return 'pending';
  return ownPatient(account) === undefined ? 'proxy-only' : 'enrolled';
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

/** How a person is enrolled. */
export interface EnrollmentOrder {
  /** The account is in use at once; else a new one is pending, and its activation code is sent. */
  readonly activates: boolean;
  /** The caller stated another contact than the one on record. */
  readonly differs: boolean;
  readonly channels?: readonly string[];
  /** Milliseconds until an activation code is over. */
  readonly lasts: number;
  /** Where links lead, without a trailing slash. */
  readonly portalUrl: string;
}

/** Makes the account and notifies the person; an invitation that was open ends. The subject must be no member yet. */
export async function enroll(
  subject: Enrollee,
  order: EnrollmentOrder,
  reader: WorkflowReader,
  world: World,
): Promise<{ person: Person; step: Step }> {
  const { account } = subject;
  const isActive = order.activates || (account !== undefined && !isPending(account.resource, reader.own));
  const welcome = isActive ? { notice: enrolledNoticeTo(subject, order) } : activationFor(subject, order, world);
  const { notice } = welcome;
  const { person, step: made } = await provision(subject, { by: 'enroll', isActive, notice }, reader, world);
  const documents =
    'code' in welcome ? [activationRecord(`Person/${person.id}`, welcome.code, welcome.until, undefined)] : [];
  const patient = ownPatient(person);
  const effects = order.differs && patient !== undefined ? [contactDiffers(`Person/${person.id}`, patient)] : [];
  const { open } = await invitationsOf(inviteeOf(subject), reader);
  const ended = await endInvitations(open, reader, world.clock.now());
  return { person, step: combined(ended, made, step({ documents, effects })) };
}

/** A pending account once more: activated where accounts are at once, else with a new code where the last one is over. */
export async function enrollAgain(
  subject: Enrollee,
  account: Versioned<Person>,
  order: EnrollmentOrder,
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  const now = world.clock.now();
  const workflow = accountWorkflow(reader.own);
  const moving = { by: SERVER, now, all: reader };
  if (order.activates) {
    const input = { notice: enrolledNoticeTo(subject, order) };
    const { resource, effects } = await move(workflow, 'activate', account.resource, { ...moving, input });
    return step({ writes: [changed(account, resource)], effects });
  }
  const id = `Person/${account.resource.id}`;
  const before = await readActivation(id, reader);
  if (!isOver(before, now)) return step({});
  const { notice, code, until } = activationFor(subject, order, world);
  const { effects } = await move(workflow, 'provision', account.resource, { ...moving, input: { notice } });
  return step({ documents: [activationRecord(id, code, until, before)], effects });
}

/** What a pending account needs to be sent its activation again. */
export type ResendOrder = Pick<EnrollmentOrder, 'lasts' | 'portalUrl'> & { readonly by: Mover };

/** The activation of a pending account once more, with another code: the one before is good for nothing from now on. */
export async function resendActivation(
  { resource: person }: Versioned<Person>,
  { by, ...order }: ResendOrder,
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  const now = world.clock.now();
  const id = `Person/${person.id}`;
  const before = await readActivation(id, reader);
  const own = ownPatient(person);
  const patient = own === undefined ? undefined : (await reader.get<Patient>(own))?.resource;
  const language = languageOf(patient);
  const { notice, code, until } = activationOf({ ...order, given: givenOf(patient), ...defined({ language }) }, world);
  const moving = { by, now, all: reader, input: { notice } };
  const { effects } = await move(accountWorkflow(reader.own), 'resend', person, moving);
  if (isRetry(before?.value['resent'], now)) return step({});
  return step({ documents: [activationRecord(id, code, until, before, { resent: now })], effects });
}

const reaching = ({ language }: Enrollee, { channels }: EnrollmentOrder) => defined({ channels, language });

/** Tells a person that there is an account for them, which is in use. */
export const enrolledNotice = (patient: Patient | undefined, portalUrl: string): EnrolledNotice => ({
  ...{ event: 'enrolled', parameters: { given: givenOf(patient) ?? '', link: portalUrl } },
  ...defined({ language: languageOf(patient) }),
});

const givenOf = (patient: Patient | undefined): string | undefined => patient?.name?.[0]?.given?.[0];

function enrolledNoticeTo(subject: Enrollee, order: EnrollmentOrder): EnrolledNotice {
  const parameters = { given: subject.facts.given ?? '', link: order.portalUrl };
  return { event: 'enrolled', parameters, ...reaching(subject, order) };
}

const activationFor = (subject: Enrollee, order: EnrollmentOrder, world: World) =>
  activationOf({ ...order, ...reaching(subject, order), given: subject.facts.given }, world);

/** Fault `conflict` for a person who may not be invited or enrolled. */
export function refuseInactive(subject: Enrollee, reader: WorkflowReader): void {
  if (isClosed(subject, reader)) throw new Fault('conflict', 'The patient or the account is inactive.');
}

function isClosed({ account, patient }: Enrollee, { own }: WorkflowReader): boolean {
  const closed = account?.resource.active === false && !isPending(account.resource, own);
  return closed || (patient !== undefined && isInactive(patient.resource));
}
