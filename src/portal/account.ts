/** An account is a Person (profile patient-account) linked to the Patient it stands for. Invitation and enrollment make it alike. */
import type { Patient, Person } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { Fault } from '../fhir/fault.js';
import { contactOnRecord, telecomOf } from './contact.js';
import { findAccount, findByFacts, findPatient, languageOf, ownPatient, type Facts } from './identity.js';
import { accountWorkflow, type Provision } from './account-workflow.js';
import { move, SERVER } from './workflow.js';
import { changed, created, combined, step, type Versioned, type WorkflowReader, type Step } from './step.js';
import { defined } from '../fhir/defined.js';

/** The person whom a call concerns, with their facts and records. */
export interface Enrollee {
  /** The stated facts, completed from the record. */
  facts: Facts;
  patient?: Versioned<Patient>;
  /** The account; that of a proxy only has no Patient of its own. */
  account?: Versioned<Person>;
  language?: string;
  /** Conditions under which patient and account are still the same at commit. */
  conditions: Step;
}

/** Finds patient and account. Faults: `precondition` (several match), `unprocessable` (the facts contradict the record). */
export async function findEnrollee(
  facts: Facts,
  reader: WorkflowReader,
  instance?: Versioned<Patient>,
): Promise<Enrollee> {
  const match = instance ? { found: instance, criteria: [] } : await findPatient(facts, reader);
  const patient = match.found;
  if (patient) refuseContradiction(facts, patient.resource);
  const known = patient ? { ...factsOf(patient.resource), ...facts } : facts;
  const own = patient && (await findAccount(`Patient/${patient.resource.id}`, reader));
  const other = own?.found ? undefined : await findByFacts<Person>('Person', known, reader);
  const account = own?.found ?? asProxyOnly(other?.found, patient);
  const language = languageOf(patient?.resource);
  return {
    facts: known,
    ...defined({ patient, account, language }),
    conditions: step({ criteria: [...match.criteria, ...(own?.criteria ?? []), ...(other?.criteria ?? [])] }),
  };
}

/** A Person that the facts lead to counts as this patient's account only while it stands for no other Patient. */
function asProxyOnly(
  person: Versioned<Person> | undefined,
  patient: Versioned<Patient> | undefined,
): Versioned<Person> | undefined {
  return person && (patient === undefined || ownPatient(person.resource) === undefined) ? person : undefined;
}

function refuseContradiction({ birthDate }: Facts, patient: Patient): void {
  if (birthDate === undefined || patient.birthDate === undefined || birthDate === patient.birthDate) return;
  throw new Fault('unprocessable', 'The birth date given is not that of the patient.', {
    expression: "Parameters.parameter.where(name='birthDate')",
  });
}

/** The facts on a patient's record. */
function factsOf({ name, birthDate, telecom }: Patient): Facts {
  const official = name?.find(({ use }) => use === 'official') ?? name?.[0];
  const { family, given } = official ?? {};
  return {
    ...defined({ family }),
    ...(given?.[0] === undefined ? {} : { given: given[0] }),
    ...defined({ birthDate }),
    ...contactOnRecord(telecom),
  };
}

/** A patient who has died or whose record is inactive: nobody writes to them any more. */
export const isInactive = (patient: Patient): boolean =>
  patient.active === false || patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined;

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
