/**
 * The contact and the language of a person as they are on record now. Delivery looks them up when it sends; a workflow looks
 * them up beforehand, and warns its caller where they are missing.
 */
import type { Patient, Person, Practitioner, RelatedPerson } from 'fhir/r4.js';
import { contactOnRecord, type Contact } from './contact.js';
import { isPending } from './account-standing.js';
import type { Concerned } from './effect.js';
import { noPreferences, preferencesOf, type Preferences } from './preferences.js';
import { accountsOf, isInactive, languageOf, ownPatient } from './identity.js';
import { isActingFor, type Acting } from './proxy.js';
import type { ProxyFunction } from '../fhir/proxy-basis.table.js';
import type { WorkflowReader } from './step.js';
import { defined } from '../fhir/defined.js';

/** The moment of a notice, what a proxy must do for the patient to be told, and whether the safety of an account depends on it. */
export interface Telling extends Acting {
  readonly needs?: ProxyFunction | undefined;
  readonly essential?: true | undefined;
}

/** Sees the people of all compartments. */
export type PeopleReader = Pick<WorkflowReader, 'get' | 'find' | 'own' | 'phoneNumber' | 'document'>;

export interface Recipient {
  readonly contact: Contact;
  readonly preferences: Preferences;
  /** BCP 47, where the record names one. */
  readonly language?: string;
  /** The given name of the patient concerned. */
  readonly given?: string;
}

/** Why a person gets no notice. Names nobody. */
export interface Withheld {
  readonly withheld: 'not on record' | 'deceased' | 'inactive' | 'no account' | 'no proxy';
}

/**
 * The person as a recipient of notices. The contact of a patient, with an account or without, is that of their record.
 */
export async function recipientOf(
  { reference, contact = {} }: Concerned,
  reader: PeopleReader,
  at: Telling,
): Promise<Recipient | Withheld> {
  switch (reference?.split('/')[0]) {
    case undefined:
      return { contact, preferences: noPreferences };
    case 'Patient':
      return patient(reference, contact, reader);
    case 'Person':
      return at.essential
        ? accountRecipient(reference, reader, contact)
        : account(await personAt(reference, reader), contact, reader);
    case 'RelatedPerson':
      return proxy(reference, reader, at);
    case 'Practitioner':
      return practitioner((await reader.get<Practitioner>(reference))?.resource, contact, reader);
    default:
      return { withheld: 'not on record' };
  }
}

/** The person of an account, `Person/1`, at the addresses for sign-in where it has some; else at those of the record. */
export async function accountRecipient(
  reference: string,
  reader: PeopleReader,
  wanted: Contact = {},
): Promise<Recipient | Withheld> {
  const person = await personAt(reference, reader);
  const found = await account(person, wanted, reader);
  const own = contactOnRecord(person?.telecom, reader.phoneNumber, wanted);
  return 'withheld' in found || (own.email ?? own.phone) === undefined ? found : { ...found, contact: own };
}

const personAt = async (reference: string, reader: PeopleReader): Promise<Person | undefined> =>
  (await reader.get<Person>(reference))?.resource;

/** A patient, with an account or without. */
async function patient(reference: string, wanted: Contact, reader: PeopleReader): Promise<Recipient | Withheld> {
  const person = await accountOf(reference, reader);
  if (person) return account(person, wanted, reader);
  return fromRecord((await reader.get<Patient>(reference))?.resource, wanted, reader);
}

/** The account linked to a Patient or RelatedPerson; one that is in use before one that is closed. */
async function accountOf(reference: string, reader: PeopleReader): Promise<Person | undefined> {
  const accounts = (await accountsOf(reference, reader)).map(({ resource }) => resource);
  return accounts.find(({ active }) => active !== false) ?? accounts[0];
}

/** An account, whose own patient must be alive and active where it has one. */
async function account(
  person: Person | undefined,
  wanted: Contact,
  reader: PeopleReader,
): Promise<Recipient | Withheld> {
  if (!person) return { withheld: 'no account' };
  const own = ownPatient(person);
  const record = own === undefined ? undefined : fromRecord((await reader.get<Patient>(own))?.resource, wanted, reader);
  if (record && 'withheld' in record) return record;
  if (person.active === false && !isPending(person, reader.own)) return { withheld: 'inactive' };
  // Addresses for sign-in are all that is known of a proxy without a record of their own.
  const contact = contactOnRecord(person.telecom, reader.phoneNumber, wanted);
  return record ?? { contact, preferences: preferencesOf(person, reader.own) };
}

/** Staff, at the addresses of their record. */
function practitioner(
  record: Practitioner | undefined,
  wanted: Contact,
  { phoneNumber }: PeopleReader,
): Recipient | Withheld {
  if (!record) return { withheld: 'not on record' };
  if (record.active === false) return { withheld: 'inactive' };
  return { contact: contactOnRecord(record.telecom, phoneNumber, wanted), preferences: noPreferences };
}

/** The account of a person who acts for a patient, while they do. */
async function proxy(reference: string, reader: PeopleReader, at: Telling): Promise<Recipient | Withheld> {
  const related = (await reader.get<RelatedPerson>(reference))?.resource;
  const principal = related && (await reader.get<Patient>(related.patient.reference ?? ''));
  const birthDate = principal?.resource.birthDate;
  if (!related || !isActingFor(related, at.needs, birthDate, reader.own, at)) return { withheld: 'no proxy' };
  const theirs = fromRecord(principal?.resource, {}, reader);
  if ('withheld' in theirs) return theirs;
  const own = await account(await accountOf(reference, reader), {}, reader);
  if ('withheld' in own) return own;
  const language = own.language ?? languageOf(related);
  const { given } = theirs;
  return {
    preferences: own.preferences,
    contact: { ...contactOnRecord(related.telecom, reader.phoneNumber), ...own.contact },
    ...defined({ language, given }),
  };
}

/** What a patient's record says. */
function fromRecord(
  record: Patient | undefined,
  wanted: Contact,
  { phoneNumber, own }: PeopleReader,
): Recipient | Withheld {
  if (!record) return { withheld: 'not on record' };
  if (isInactive(record)) return { withheld: record.active === false ? 'inactive' : 'deceased' };
  const language = languageOf(record);
  const given = givenName(record);
  const contact = contactOnRecord(record.telecom, phoneNumber, wanted);
  return { contact, preferences: preferencesOf(record, own), ...defined({ language, given }) };
}

/** The first given name of the patient. */
export const givenName = ({ name = [] }: Pick<Patient, 'name'>): string | undefined =>
  (name.find(({ use }) => use === 'official') ?? name[0])?.given?.[0];
