/** The Patient and the account (Person) that stated facts lead to. */
import type { HumanName, Patient, Person } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { Query } from '../fhir/request.js';
import type { Criterion } from '../store/port.js';
import { sharesContact, type Contact } from './contact.js';
import type { Versioned, WorkflowReader } from './step.js';

/** Facts that a caller states about a person. Contacts are normalised. */
export interface Facts extends Contact {
  identifier?: { system: string; value: string };
  family?: string;
  given?: string;
  /** `YYYY-MM-DD` */
  birthDate?: string;
}

/** The one Patient meant, if there is one, and the conditions under which that stays true. */
export interface PersonMatch<R> {
  found: Versioned<R> | undefined;
  criteria: Criterion[];
}

const CANDIDATES = 200;

/** A search value taken literally. https://hl7.org/fhir/R4/search.html#escaping */
const literal = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');

/**
 * By identifier; where that leads nowhere by name, birth date and a contact. Fault `precondition` where several
 * match: nobody is picked by chance.
 */
export async function findPatient(facts: Facts, reader: WorkflowReader): Promise<PersonMatch<Patient>> {
  const { identifier } = facts;
  if (identifier === undefined) return findByFacts<Patient>('Patient', facts, reader);
  const query: Query = [['identifier', `${literal(identifier.system)}|${literal(identifier.value)}`]];
  const matches = await reader.find<Patient>('Patient', query, CANDIDATES);
  const byIdentifier = { found: only(matches), criteria: [reader.still('Patient', query, matches)] };
  if (byIdentifier.found) return byIdentifier;
  const { found, criteria } = await findByFacts<Patient>('Patient', facts, reader);
  const other = found?.resource.identifier?.some(({ system }) => system === identifier.system) === true;
  return { found: other ? undefined : found, criteria: [...byIdentifier.criteria, ...criteria] };
}

/** A Patient or Person by name, birth date and a contact; nobody where one of these is missing. */
export async function findByFacts<R extends Patient | Person>(
  type: R['resourceType'],
  facts: Facts,
  reader: WorkflowReader,
): Promise<PersonMatch<R>> {
  const { family, birthDate, email, phone } = facts;
  if (family === undefined || birthDate === undefined || (email ?? phone) === undefined) {
    return { found: undefined, criteria: [] };
  }
  const query: Query = [
    [type === 'Patient' ? 'family' : 'name', literal(family)],
    ['birthdate', birthDate],
  ];
  const candidates = await reader.find<R>(type, query, CANDIDATES);
  const matches = candidates.filter(({ resource }) => isMeant(resource, facts));
  return { found: only(matches), criteria: [reader.still(type, query, candidates)] };
}

function isMeant({ name, birthDate, telecom }: Patient | Person, facts: Facts): boolean {
  return (
    birthDate === facts.birthDate && sharesContact(telecom, facts) && (name ?? []).some(one => isNamed(one, facts))
  );
}

function isNamed({ family, given }: HumanName, facts: Facts): boolean {
  const same = (a = '', b = ''): boolean => folded(a) === folded(b);
  return same(family, facts.family) && (facts.given === undefined || same(given?.[0], facts.given));
}

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase();

function only<R>(matches: Versioned<R>[]): Versioned<R> | undefined {
  if (matches.length > 1) {
    throw new Fault('precondition', 'Several patients match these facts.', { code: 'multiple-matches' });
  }
  return matches[0];
}

const byLink = (reference: string): Query => [['link', reference]];

/** The accounts that are linked to `Patient/1` or `RelatedPerson/1`. */
export const accountsOf = (reference: string, reader: Pick<WorkflowReader, 'find'>): Promise<Versioned<Person>[]> =>
  reader.find<Person>('Person', byLink(reference), CANDIDATES);

/** The account that has this Patient as its own, and the condition under which there is no other. */
export async function findAccount(patient: string, reader: WorkflowReader): Promise<PersonMatch<Person>> {
  const matches = await accountsOf(patient, reader);
  return { found: matches[0], criteria: [reader.still('Person', byLink(patient), matches)] };
}

/** The Patient an account has as its own; undefined for the account of a proxy only. */
export const ownPatient = (person: Person): string | undefined =>
  person.link?.map(({ target }) => target.reference ?? '').find(reference => reference.startsWith('Patient/'));

/** The language a person prefers: BCP 47. */
export function languageOf(record: Pick<Patient, 'communication'> | undefined): string | undefined {
  const spoken = record?.communication ?? [];
  const first = spoken.find(({ preferred }) => preferred === true) ?? spoken[0];
  return first?.language.coding?.find(({ code }) => code !== undefined)?.code;
}
