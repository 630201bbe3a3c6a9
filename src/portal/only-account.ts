/** A patient has one account in use, and whoever is gone has none. */
import type { Patient, Person } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { isPending } from './account-standing.js';
import { accountsOf, isInactive, ownPatient } from './identity.js';
import { inForce } from './parties.js';
import { step, type Step, type WorkflowReader } from './step.js';

/** A change of standing, for the audit. */
export const standingChanged = (before: Person, after: Person) => ({
  ...{ name: 'Person.active', before: String(before.active ?? true), after: String(after.active ?? true) },
});

/**
 * The condition under which an account that comes into use, or gets a patient, is the only one of that patient. Fault `conflict`
 * where it is not, and where the patient of an account that is to be reopened is gone.
 */
export async function onlyAccount(after: Person, before: Person | undefined, reader: WorkflowReader): Promise<Step> {
  const patient = ownPatient(after);
  const isReopened = before !== undefined && !isOpen(before, reader);
  const isNew = before === undefined || isReopened || ownPatient(before) !== patient;
  if (patient === undefined || !isOpen(after, reader) || !isNew) return step({});
  if (isReopened) await refuseGone(patient, reader);
  const accounts = await accountsOf(patient, reader);
  const others = accounts.filter(({ resource }) => resource.id !== after.id && isOpen(resource, reader));
  if (others.some(({ resource }) => ownPatient(resource) === patient)) {
    throw new Fault('conflict', 'The patient has an account already.', { expression: 'Person.link' });
  }
  return step({ criteria: [reader.still('Person', [['link', patient]], accounts)] });
}

const isOpen = (person: Person, { own }: WorkflowReader): boolean => person.active !== false || isPending(person, own);

/** Fault `conflict` where the patient has died, or the record is inactive or merged away. */
export async function refuseGone(patient: string, reader: WorkflowReader): Promise<void> {
  const record = await reader.get<Patient>(patient);
  if (record && !isInactive(record.resource) && (await inForce(patient, reader)) === patient) return;
  throw new Fault('conflict', 'The patient has died, or their record is not in use: the account stays closed.', {
    expression: 'Person.active',
  });
}
