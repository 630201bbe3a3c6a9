/** Redeeming an invitation: code and birth date against what is on record; the account is the outcome. */
import type { Patient, Person, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { provision } from './account.js';
import { verifiesBirthDate } from './birth-date.js';
import { findEnrollee, type Enrollee } from './enrollee.js';
import { heldForReview } from './held.js';
import { isUnder } from './age.js';
import { hashOf } from './invitation-code.js';
import { forget, readInvitation, withTries, type InvitationRecord, type Stored } from './invitation-record.js';
import { moveInvitation } from './invitation.js';
import { activationRecord, isPending, readActivation } from './account-standing.js';
import { activationOf } from './activation.js';
import type { Refusal } from './proof.js';
import { isInactive, ownPatient } from './identity.js';
import { combined, step, type Versioned, type WorkflowReader, type Step } from './step.js';

const MAX_TRIES = 5;

/** The settings that a redemption depends on. */
export interface RedemptionRules {
  /** Years from which a person has an account of their own. */
  readonly accountAge: number;
  /** The account is in use at once; else it is pending, and an activation code is sent. */
  readonly activates: boolean;
  /** Milliseconds until an activation code is over. */
  readonly lasts: number;
  /** Where links lead, without a trailing slash. */
  readonly portalUrl: string;
}

/** Unknown, used, superseded, expired, locked, or of a person with an account by now: one answer, so that it tells nothing. */
const unusable = (): Refusal => ({
  fault: new Fault('gone', 'This invitation cannot be used.', { code: 'expired' }),
  step: step({}),
});

export async function redeem(
  code: string,
  birthDate: string,
  rules: RedemptionRules,
  reader: WorkflowReader,
  world: World,
): Promise<{ readonly person: Person; readonly step: Step } | Refusal> {
  const now = world.clock.now();
  const stored = await readInvitation(hashOf(code), reader);
  const task = stored && (await reader.get<Task>(stored.record.task));
  if (task?.resource.status !== 'requested' || !stored || stored.record.until <= now) return unusable();
  const { patient, facts } = stored.record;
  const onRecord = patient === undefined ? undefined : (await reader.get<Patient>(patient))?.resource;
  const recorded = onRecord?.birthDate ?? facts.birthDate;
  if (!verifiesBirthDate(birthDate, recorded)) return wrongFacts(stored, task, reader, now);
  const subject = await subjectOf(stored.record, reader);
  if (!subject || isUnder(recorded, rules.accountAge, now)) return unusable();
  const held = heldForReview(subject, reader, world);
  if (held) return { ...unusable(), step: held.step };
  const isActive =
    rules.activates || (subject.account !== undefined && !isPending(subject.account.resource, reader.own));
  const { person, step: made } = await accountOf(subject, isActive, rules, reader, world);
  const redeemed = await moveInvitation(task, 'redeem', reader, now);
  return { person, step: combined(made, redeemed, step({ documents: [forget(stored)] })) };
}

/** The account; where it is not in use at once its activation goes to the contact on record. */
async function accountOf(
  subject: Enrollee,
  isActive: boolean,
  rules: RedemptionRules,
  reader: WorkflowReader,
  world: World,
): Promise<{ person: Person; step: Step }> {
  if (isActive) return provision(subject, { by: 'redeem', isActive }, reader, world);
  const { language, facts, account } = subject;
  const { notice, code, until } = activationOf({ ...rules, given: facts.given, ...defined({ language }) }, world);
  const { person, step: made } = await provision(subject, { by: 'redeem', isActive, notice }, reader, world);
  const reference = `Person/${person.id}`;
  const before = account && (await readActivation(reference, reader));
  return { person, step: combined(made, step({ documents: [activationRecord(reference, code, until, before)] })) };
}

async function wrongFacts(
  stored: Stored,
  task: Versioned<Task>,
  reader: WorkflowReader,
  now: number,
): Promise<Refusal> {
  const fault = new Fault('unprocessable', 'The code and the facts do not belong together.');
  const tries = stored.record.tries + 1;
  if (tries < MAX_TRIES) return { fault, step: step({ documents: [withTries(stored, tries)] }) };
  const locked = await moveInvitation(task, 'lock', reader, now);
  return { fault, step: combined(locked, step({ documents: [forget(stored)] })) };
}

/** The invitee as they are today; undefined where nobody may be enrolled by this invitation any more. */
async function subjectOf(
  { facts, patient, language }: InvitationRecord,
  reader: WorkflowReader,
): Promise<Enrollee | undefined> {
  const instance = patient === undefined ? undefined : await reader.get<Patient>(patient);
  if (patient !== undefined && !instance) return undefined;
  const { birthDate: _invited, ...others } = facts;
  // A birth date corrected on record since the invitation contradicts nothing: it is the one that was verified.
  const subject = await findEnrollee(instance ? others : facts, reader, instance).catch(ambiguous);
  if (!subject || (subject.patient && isInactive(subject.patient.resource))) return undefined;
  const { account } = subject;
  const closed = account?.resource.active === false && !isPending(account.resource, reader.own);
  if (account && (closed || ownPatient(account.resource) !== undefined)) return undefined;
  return language === undefined ? subject : { ...subject, language };
}

function ambiguous(error: unknown): undefined {
  if (error instanceof Fault && (error.kind === 'precondition' || error.kind === 'unprocessable')) return undefined;
  throw error;
}
