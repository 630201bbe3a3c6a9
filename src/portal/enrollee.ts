/** The person whom a call concerns: facts, record and account together. */
import type { Patient, Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { birthDateLikeness } from './birth-date.js';
import { contactOnRecord } from './contact.js';
import { duplicatesOf } from './duplicate.js';
import { findAccount, findByFacts, findPatient, inForce, languageOf, ownPatient, type Facts } from './identity.js';
import { givenLikeness } from './name.js';
import { step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { mergedInto } from './survivor.js';

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

/**
 * Finds patient and account; a merged record leads to the one in force. Faults: `precondition` (several match),
 * `unprocessable` (the facts contradict the record).
 */
export async function findEnrollee(
  facts: Facts,
  reader: WorkflowReader,
  instance?: Versioned<Patient>,
): Promise<Enrollee> {
  const match = instance ? { found: instance, criteria: [] } : await findPatient(facts, reader);
  const [patient] = match.found ? await inForce([match.found], reader) : [];
  if (patient) refuseContradiction(facts, patient.resource, instance === undefined);
  const known = patient ? completed(facts, patient.resource, reader) : facts;
  const own = patient && (await findAccount(patient, reader));
  const other = own?.found ? undefined : await findByFacts<Person>('Person', known, reader);
  const account =
    own?.found ?? asProxyOnly(other?.found, patient) ?? (patient && (await accountElsewhere(patient, reader)));
  const language = languageOf(patient?.resource);
  return {
    facts: known,
    ...defined({ patient, account, language }),
    conditions: step({ criteria: [...match.criteria, ...(own?.criteria ?? []), ...(other?.criteria ?? [])] }),
  };
}

/**
 * The account that this person has by another record, made before this one was known. Fault `conflict` where it may be
 * another person's, until member administration has decided.
 */
async function accountElsewhere(
  patient: Versioned<Patient>,
  reader: WorkflowReader,
): Promise<Versioned<Person> | undefined> {
  const all = await duplicatesOf(patient.resource, await mergedInto(patient, reader), reader);
  const members = all.filter(({ account }) => account !== undefined && ownPatient(account.resource) !== undefined);
  const likely = members.find(({ isLikely }) => isLikely);
  if (likely || !members.some(({ isReviewed }) => isReviewed)) return likely?.account;
  throw new Fault('conflict', 'This may be a member under another record: a review is to decide.');
}

/** A Person that the facts lead to counts as this patient's account only while it stands for no other Patient. */
function asProxyOnly(
  person: Versioned<Person> | undefined,
  patient: Versioned<Patient> | undefined,
): Versioned<Person> | undefined {
  return person && (patient === undefined || ownPatient(person.resource) === undefined) ? person : undefined;
}

/** An identifier that is mistaken for a twin's is found out by the given name. */
function refuseContradiction(
  { birthDate, given }: Facts,
  { birthDate: recorded, name = [] }: Patient,
  byFacts: boolean,
) {
  if (birthDateLikeness(birthDate, recorded) === 'different') throw contradiction('birthDate', 'birth date');
  if (!byFacts || given === undefined || name.length === 0) return;
  const differs = name.every(one => givenLikeness([given], one.given ?? []) === 'different');
  if (differs) throw contradiction('given', 'given name');
}

const contradiction = (parameter: string, fact: string): Fault =>
  new Fault('unprocessable', `The ${fact} given is not that of the patient.`, {
    expression: `Parameters.parameter.where(name='${parameter}')`,
  });

/** Stated facts, and what the record has besides. A birth date is known as precisely as the record has it. */
function completed(facts: Facts, patient: Patient, reader: WorkflowReader): Facts {
  const recorded = factsOf(patient, reader);
  return { ...recorded, ...facts, ...defined({ birthDate: recorded.birthDate ?? facts.birthDate }) };
}

function factsOf({ name, birthDate, telecom }: Patient, { phoneNumber }: WorkflowReader): Facts {
  const { family, given } = name?.find(({ use }) => use === 'official') ?? name?.[0] ?? {};
  return { ...defined({ family, given: given?.[0], birthDate }), ...contactOnRecord(telecom, phoneNumber) };
}
