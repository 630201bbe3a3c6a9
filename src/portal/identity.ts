/** The Patient and the account (Person) that stated facts lead to. One matcher: `Patient/$match` compares by the same rules. */
import type { Patient, Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import type { Criterion } from '../store/port.js';
import { byAddress, byIdentifier, MOST_CANDIDATES } from './candidates.js';
import type { Contact } from './contact.js';
import { compare, describe, isOnePerson, type Description } from './likeness.js';
import type { Versioned, WorkflowReader } from './step.js';
import { mergedInto, survivorOf } from './survivor.js';

/** Facts that a caller states about a person. Contacts are normalised. */
export interface Facts extends Contact {
  identifier?: { system: string; value: string };
  family?: string;
  given?: string;
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  birthDate?: string;
}

/** The one Patient meant, if there is one, and the conditions under which that stays true. */
export interface PersonMatch<R> {
  found: Versioned<R> | undefined;
  criteria: Criterion[];
}

const MOST_ACCOUNTS = 200;

/** The facts as they are compared. */
export function descriptionOf({ identifier, family, given, birthDate, email, phone }: Facts): Description {
  return {
    identifiers: identifier === undefined ? [] : [identifier],
    names: family === undefined ? [] : [{ family, given: given === undefined ? [] : [given] }],
    addresses: [email, phone].filter(address => address !== undefined),
    ...defined({ birthDate }),
  };
}

/**
 * By identifier, which suffices; where that leads nowhere by name, birth date and a contact. Merged records lead to the
 * one in force. Fault `precondition` where several match: nobody is picked by chance.
 */
export async function findPatient(facts: Facts, reader: WorkflowReader): Promise<PersonMatch<Patient>> {
  const { found, criteria } = await reader.findAny<Patient>(
    'Patient',
    [byIdentifier(descriptionOf(facts))],
    MOST_CANDIDATES,
  );
  if (found.length > 0) return { found: theOne(await inForce(found, reader)), criteria: [...criteria] };
  const match = await findByFacts<Patient>('Patient', facts, reader);
  return { found: match.found, criteria: [...criteria, ...match.criteria] };
}

/** A Patient or Person by name, birth date and a contact; nobody where one of these is missing. */
export async function findByFacts<R extends Patient | Person>(
  type: R['resourceType'],
  facts: Facts,
  reader: WorkflowReader,
): Promise<PersonMatch<R>> {
  const sought = descriptionOf(facts);
  if (!canBeFound(facts)) return { found: undefined, criteria: [] };
  const { found, criteria } = await reader.findAny<R>(type, [byAddress(sought)], MOST_CANDIDATES);
  const meant = closest(sought, found, reader);
  return { found: theOne(type === 'Patient' ? await inForce(meant, reader) : meant), criteria: [...criteria] };
}

/** Whether these facts are enough to find somebody by, without an identifier. */
export const canBeFound = ({ family, birthDate, email, phone }: Facts): boolean =>
  family !== undefined && birthDate !== undefined && (email ?? phone) !== undefined;

/** Those who are meant; of twins whose given names are alike, the ones with the very name. */
function closest<R extends Patient | Person>(
  sought: Description,
  candidates: readonly Versioned<R>[],
  { phoneNumber }: WorkflowReader,
): Versioned<R>[] {
  const compared = candidates.map(one => ({ one, how: compare(sought, describe(one.resource, phoneNumber)) }));
  const meant = compared.filter(({ how }) => isOnePerson(how));
  const named = meant.filter(({ how }) => how.name === 'same');
  return (named.length > 0 ? named : meant).map(({ one }) => one);
}

/** The records in force that these lead to, each once. */
export async function inForce<R extends Patient | Person>(
  records: readonly Versioned<R>[],
  reader: Pick<WorkflowReader, 'get' | 'find'>,
): Promise<Versioned<R>[]> {
  const all = new Map<string, Versioned<R>>();
  for (const record of records) {
    const survivor = (await survivorOf(record as Versioned<Patient>, reader)) as Versioned<R>;
    all.set(survivor.version.key.id, survivor);
  }
  return [...all.values()];
}

/** Records that are closed are no second match; alone they tell that nobody may be written to. */
function theOne<R extends Patient | Person>(records: readonly Versioned<R>[]): Versioned<R> | undefined {
  const open = records.filter(({ resource }) => !isInactive(resource));
  if (open.length > 1) {
    throw new Fault('precondition', 'Several patients match these facts.', { code: 'multiple-matches' });
  }
  return open[0] ?? records.find(({ resource }) => resource.active !== false) ?? records[0];
}

/** A patient who has died or a record or account that is inactive: nobody writes to them any more. */
export function isInactive(record: Patient | Person): boolean {
  if (record.active === false) return true;
  return (
    record.resourceType === 'Patient' && (record.deceasedBoolean === true || record.deceasedDateTime !== undefined)
  );
}

const byLink = (...references: readonly string[]): Query => [['link', references.join(',')]];

/** The accounts that are linked to `Patient/1` or `RelatedPerson/1`. */
export const accountsOf = (reference: string, reader: Pick<WorkflowReader, 'find'>): Promise<Versioned<Person>[]> =>
  reader.find<Person>('Person', byLink(reference), MOST_ACCOUNTS);

/**
 * The account that has this Patient as its own, or a record that was merged into it, and the condition under which there is
 * no other. Of several the one that is not closed.
 */
export async function findAccount(patient: Versioned<Patient>, reader: WorkflowReader): Promise<PersonMatch<Person>> {
  const query = byLink(...(await mergedInto(patient, reader)));
  const matches = await reader.find<Person>('Person', query, MOST_ACCOUNTS);
  const open = matches.find(({ resource }) => resource.active !== false);
  return { found: open ?? matches[0], criteria: [reader.still('Person', query, matches)] };
}

/** The Patient an account has as its own; undefined for the account of a proxy only. */
export const ownPatient = (person: Person): string | undefined =>
  person.link?.map(({ target }) => target.reference ?? '').find(reference => reference.startsWith('Patient/'));

/** Whether an account is that of somebody with these identities (`Practitioner/1`, `Patient/2` …). */
export const isAccountOf = ({ id, link = [] }: Person, identities: readonly string[]): boolean =>
  [`Person/${id}`, ...link.map(({ target }) => target.reference ?? '')].some(one => identities.includes(one));

/** The language a person prefers: BCP 47. */
export function languageOf(record: Pick<Patient, 'communication'> | undefined): string | undefined {
  const spoken = record?.communication ?? [];
  const first = spoken.find(({ preferred }) => preferred === true) ?? spoken[0];
  return first?.language.coding?.find(({ code }) => code !== undefined)?.code;
}
