/**
 * The records that may be of a person, by the index: by identifier, by an address, by the beginning of a name on a birth
 * date. Which of them are meant is for likeness.ts to say.
 */
import { literal } from '../fhir/search-literal.js';
import { domainToASCII } from 'node:url';
import type { Query } from '../fhir/request.js';
import type { Description } from './likeness.js';
import { namesSomebody } from './name.js';

/** Candidates that are looked at. */
export const MOST_CANDIDATES = 1000;

/** Letters at the beginning of a name that are the same however it is spelled. */
const LETTERS = 1;

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
