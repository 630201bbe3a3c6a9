/** An account is a Person (profile patient-account) linked to the Patient it stands for. Invitation and enrollment make it alike. */
import type { Patient, Person } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { telecomOf } from './contact.js';
import type { Enrollee } from './enrollee.js';
import type { Facts } from './identity.js';
import { accountWorkflow, type Provision } from './account-workflow.js';
import { move, SERVER } from './workflow.js';
import { changed, created, combined, step, type WorkflowReader, type Step } from './step.js';
import { defined } from '../fhir/defined.js';

/** The account, its Patient where there is none yet, and the link between them. The subject must have no own account. */
export async function provision(
  subject: Enrollee,
  name: 'enroll' | 'redeem',
  input: Omit<Provision, 'patient'>,
  all: WorkflowReader,
  world: World,
): Promise<{ person: Person; step: Step }> {
  const { facts, patient, account, language } = subject;
  const newPatient = patient ? undefined : patientOf(facts, world.ids.next(), language);
  const reference = `Patient/${patient?.resource.id ?? newPatient?.id}`;
  const draft = account?.resource ?? personOf(facts, world.ids.next(), all.own);
  const moving = { by: SERVER, now: world.clock.now(), all, input: { ...input, patient: reference } };
  const { resource: person, effects } = await move(accountWorkflow, name, draft, moving);
  const writes = [...(newPatient ? [created(newPatient)] : []), account ? changed(account, person) : created(person)];
  return { person, step: combined(subject.conditions, step({ writes, effects })) };
}

function demographics(facts: Facts): Pick<Person, 'name' | 'telecom' | 'birthDate'> {
  const { family, given, birthDate } = facts;
  return {
    name: [{ ...defined({ family }), ...(given === undefined ? {} : { given: [given] }) }],
    telecom: telecomOf(facts),
    ...defined({ birthDate }),
  };
}

function personOf(facts: Facts, id: string, own: OwnCanonicals): Person {
  return {
    resourceType: 'Person',
    id,
    meta: { profile: [own.structure('patient-account')] },
    ...demographics(facts),
    active: true,
  };
}

function patientOf(facts: Facts, id: string, language: string | undefined): Patient {
  const { identifier } = facts;
  const spoken = language === undefined ? {} : { communication: [{ language: bcp47(language), preferred: true }] };
  return {
    resourceType: 'Patient',
    id,
    ...(identifier === undefined ? {} : { identifier: [identifier] }),
    active: true,
    ...demographics(facts),
    ...spoken,
  };
}

const bcp47 = (code: string) => ({ coding: [{ system: 'urn:ietf:bcp:47', code }] });
