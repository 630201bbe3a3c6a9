/**
 * What a change of a patient's record means for the portal: an invitation ends with the address that it went to; a patient who
 * has died, whose record is inactive or was merged away has no open invitation and no account in use; relations follow the record.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Patient, Person } from 'fhir/r4.js';
import { accountWorkflow } from './account-workflow.js';
import { addressesOnRecord } from './contact.js';
import { accountsOf, isInactive, ownPatient } from './identity.js';
import { invitationsOf } from './invitation-record.js';
import { endInvitations } from './invitation.js';
import { relationsFollow } from './patient-relations.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { move, SERVER, stateOf } from './workflow.js';

const DECISIVE = ['active', 'birthDate', 'deceasedBoolean', 'deceasedDateTime', 'link', 'telecom'] as const;

/** Whether a change of a record can mean anything here. */
export const isDecisive = (before: Patient, after: Patient): boolean =>
  DECISIVE.some(name => !isDeepStrictEqual(before[name], after[name]));

/** The consequences of a change, for the same commit. @param now milliseconds since the epoch */
export async function patientChanged(
  before: Patient,
  after: Patient,
  reader: WorkflowReader,
  now: number,
): Promise<Step> {
  const patient = `Patient/${after.id}`;
  const gone = isGone(after) && !isGone(before);
  const { open } = await invitationsOf({ facts: {}, patient }, reader);
  const addresses = new Set(addressesOnRecord(after.telecom, reader.phoneNumber));
  const ending = open.filter(({ record }) => gone || record.sentTo?.some(one => !addresses.has(one)) === true);
  const ended = await endInvitations(ending, reader, now, 'outdate');
  const followed = combined(ended, await relationsFollow(before, after, reader, now));
  return gone ? combined(followed, await withoutAccount(patient, after, reader, now)) : followed;
}

const isGone = (patient: Patient): boolean => isInactive(patient) || survivorOf(patient) !== undefined;

/** The record that a merge keeps: `Patient/2`. */
const survivorOf = ({ link = [] }: Patient): string | undefined =>
  link.find(({ type }) => type === 'replaced-by')?.other.reference;

/** The account of a record merged away goes over to the one that is kept, unless that has one; any other is closed. */
async function withoutAccount(patient: string, { link }: Patient, reader: WorkflowReader, now: number): Promise<Step> {
  const survivor = survivorOf({ resourceType: 'Patient', link: link ?? [] });
  const moves = survivor !== undefined && (await isFree(survivor, reader));
  const accounts = (await accountsOf(patient, reader)).filter(({ resource }) => ownPatient(resource) === patient);
  const steps = accounts.map((account, at) =>
    moves && at === 0 ? moved(account, survivor, reader, now) : moved(account, undefined, reader, now),
  );
  return combined(...(await Promise.all(steps)));
}

/** Whether a patient is there, alive and active, and has no account. */
async function isFree(patient: string, reader: WorkflowReader): Promise<boolean> {
  const record = await reader.get<Patient>(patient);
  return record !== undefined && !isGone(record.resource) && (await accountsOf(patient, reader)).length === 0;
}

/** @param patient the own record from now on; undefined: the account is closed */
async function moved(
  account: Versioned<Person>,
  patient: string | undefined,
  reader: WorkflowReader,
  now: number,
): Promise<Step> {
  const workflow = accountWorkflow(reader.own);
  const state = stateOf(workflow, account.resource, SERVER);
  if (state === 'inactive') return step({});
  const merge = state === 'pending' ? 'merge-pending' : 'merge';
  const name = patient === undefined ? 'withdraw' : merge;
  const input = patient === undefined ? {} : { patient };
  const { resource } = await move(workflow, name, account.resource, { by: SERVER, now, all: reader, input });
  return step({ writes: [changed(account, resource)] });
}
