/**
 * The records that may be of a person, by the index: by identifier, by an address, by the beginning of a name on a birth
 * date. Which of them are meant is for likeness.ts to say.
 */
import { literal } from '../fhir/search-literal.js';
import type { Patient, Person } from 'fhir/r4.js';
import { domainToASCII } from 'node:url';
import type { Query } from '../fhir/request.js';
import type { Criterion } from '../store/port.js';
import type { Description } from './likeness.js';
import { namesSomebody } from './name.js';
import type { Versioned, WorkflowReader } from './step.js';

/** What a search for candidates comes to, and the conditions under which it still comes to it. */
export interface Candidates<R> {
  readonly found: readonly Versioned<R>[];
  readonly criteria: readonly Criterion[];
}

const MOST = 1000;

/** Letters at the beginning of a name that are the same however it is spelled. */
const LETTERS = 1;

export async function candidatesBy<R extends Patient | Person>(
  type: R['resourceType'],
  queries: readonly (Query | undefined)[],
  reader: WorkflowReader,
): Promise<Candidates<R>> {
  const asked = queries.filter(query => query !== undefined);
  const answers = await Promise.all(asked.map(query => reader.find<R>(type, query, MOST)));
  const found = new Map(answers.flat().map(one => [one.version.key.id, one]));
  const criteria = asked.map((query, at) => reader.still(type, query, answers[at] ?? []));
  return { found: [...found.values()], criteria };
}

export function byIdentifier({ identifiers }: Description): Query | undefined {
  const values = identifiers.map(({ system, value }) => `${literal(system)}|${literal(value)}`);
  return values.length === 0 ? undefined : [['identifier', values.join(',')]];
}

/** By an address, of those born in the same year: a household, or all whose address is that of an institution. */
export function byAddress({ addresses, birthDate }: Description): Query | undefined {
  if (addresses.length === 0) return undefined;
  const forms = addresses.flatMap(spellings).map(literal).join(',');
  return [['telecom', forms], ...(birthDate === undefined ? [] : [yearOf(birthDate)])];
}

/** An international domain is on record in either of its forms. */
function spellings(address: string): string[] {
  const [local = '', domain] = address.split('@');
  return domain === undefined ? [address] : [...new Set([address, `${local}@${domainToASCII(domain)}`])];
}

const yearOf = (birthDate: string): [string, string] => ['birthdate', birthDate.slice(0, 4)];

/** By the beginning of a family name, of those born on this date as it is written. */
export function byBirthDate({ names, birthDate }: Description): Query | undefined {
  const families = names.flatMap(({ family }) => (family === undefined ? [] : beginning(family)));
  if (birthDate === undefined || families.length === 0) return undefined;
  return [
    ['name', [...new Set(families)].map(literal).join(',')],
    ['birthdate', birthDate],
  ];
}

function beginning(family: string): string[] {
  const letters = Array.from(family.normalize('NFC').replace(/[^\p{L}]/gu, ''))
    .slice(0, LETTERS)
    .join('');
  return namesSomebody(letters) ? [letters] : [];
}
