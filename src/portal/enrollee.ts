/** The person whom a call concerns: facts, record and account together. */
import type { Patient, Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { birthDateLikeness } from './birth-date.js';
import { contactOnRecord } from './contact.js';
import { patientOf } from './new-patient.js';
import { duplicatesOf, type Duplicate, type Duplicates } from './duplicate.js';
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
  /** Records that may be of this person, undecided. */
  others: readonly Duplicate[];
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
  const found = own?.found ?? asProxyOnly(other?.found, patient);
  const isMember = found !== undefined && ownPatient(found.resource) !== undefined;
  const elsewhere = isMember ? NOWHERE : await knownElsewhere(known, patient, reader);
  const account = found ?? elsewhere.account;
  const criteria = [match, own, other, elsewhere].flatMap(one => one?.criteria ?? []);
  return {
    facts: known,
    ...defined({ patient, account, language: languageOf(patient?.resource) }),
    others: elsewhere.others,
    conditions: step({ criteria }),
  };
}

interface Elsewhere extends Pick<Duplicates, 'criteria'> {
  /** The account that this person has by another record, made before this one was known. */
  readonly account?: Versioned<Person>;
  readonly others: readonly Duplicate[];
}

const NOWHERE: Elsewhere = { others: [], criteria: [] };

/** Other records that may be of this person: of members, and of anybody where the person has no record number. */
async function knownElsewhere(
  facts: Facts,
  patient: Versioned<Patient> | undefined,
  reader: WorkflowReader,
): Promise<Elsewhere> {
  const record = patient?.resource ?? patientOf(facts, '', undefined);
  const own = patient ? await mergedInto(patient, reader) : [];
  const { found, criteria } = await duplicatesOf(record, own, reader);
  const likely = found.find(one => one.isLikely && isMember(one));
  if (likely?.account) return { account: likely.account, others: [], criteria };
  const isNumbered = patient !== undefined || facts.identifier !== undefined;
  return { others: found.filter(one => !isNumbered || one.isReviewed || isMember(one)), criteria };
}

const isMember = ({ account }: Duplicate): boolean =>
  account !== undefined && ownPatient(account.resource) !== undefined;

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
    expression: parameterPath(parameter),
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
