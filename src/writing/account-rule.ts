/**
 * The portal's rule for accounts. Administrators close and reopen those of others, and change nothing else of them; a patient
 * has one account in use.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Patient, Person } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { isPending, withoutStanding } from '../portal/account-standing.js';
import { accountsOf, isInactive, ownPatient } from '../portal/identity.js';
import { inForce } from '../portal/parties.js';
import { combined, step, type Step, type WorkflowReader } from '../portal/step.js';
import type { Context, WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

const toPerson = (resource: Resource): Person => resource as unknown as Person;

/** @param judge the rule of the workflow */
export const accountRule =
  (judge: WriteRule, parts: ReaderParts): WriteRule =>
  async (resource, previous, context) => {
    const before = previous && toPerson(previous);
    if (before && context.actor.kind === 'staff') refuseMoreThanStanding(toPerson(resource), before, context, parts);
    const ruled = await judge(resource, previous, context);
    const after = toPerson(ruled.resource);
    const all = readerOf(context, context.asSystem('an account: its patient'), parts);
    const only = await onlyAccount(after, before, all);
    if (before && before.active !== after.active) context.details.push(standingChanged(before, after));
    return { ...ruled, step: combined(ruled.step ?? step({}), only) };
  };

const standingChanged = (before: Person, after: Person) => ({
  ...{ name: 'Person.active', before: String(before.active ?? true), after: String(after.active ?? true) },
});

/** Faults: `forbidden` for a change of anything else, `conflict` for one's own account. */
function refuseMoreThanStanding(
  next: Person,
  before: Person,
  { actor }: Context,
  { definitions: { own } }: ReaderParts,
): void {
  const rest = ({ meta: _meta, active: _active, ...person }: Person): Record<string, unknown> => ({
    ...{ ...person, ...withoutStanding(person, own) },
  });
  const [old, fresh] = [rest(before), rest(next)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  const changed = names.find(name => !isDeepStrictEqual(old[name], fresh[name]));
  if (changed !== undefined) {
    throw new Fault('forbidden', 'Administrators close and reopen an account, and change nothing else of it.', {
      expression: `Person.${changed}`,
    });
  }
  const links = (before.link ?? []).map(({ target }) => target.reference ?? '');
  if (before.active !== next.active && [`Person/${before.id}`, ...links].some(one => actor.identities.includes(one))) {
    throw new Fault('conflict', 'Nobody closes or reopens their own account.', { expression: 'Person.active' });
  }
}

/**
 * The condition under which an account that comes into use, or gets a patient, is the only one of that patient. Fault `conflict`
 * where it is not, and where the patient of an account that is to be reopened is gone.
 */
async function onlyAccount(after: Person, before: Person | undefined, reader: WorkflowReader): Promise<Step> {
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

async function refuseGone(patient: string, reader: WorkflowReader): Promise<void> {
  const record = await reader.get<Patient>(patient);
  if (record && !isInactive(record.resource) && (await inForce(patient, reader)) === patient) return;
  throw new Fault('conflict', 'The patient has died, or their record is not in use: the account stays closed.', {
    expression: 'Person.active',
  });
}
