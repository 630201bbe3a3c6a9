/** How two descriptions of a person compare, and what that is worth. */
import type { Patient, Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { PhoneForm } from '../fhir/phone-number.js';
import { birthDateLikeness } from './birth-date.js';
import { addressesOnRecord } from './contact.js';
import { nameLikeness, type Likeness, type PersonName } from './name.js';

export interface StatedIdentifier {
  readonly system: string;
  readonly value: string;
  /** A person may have several of the system. */
  readonly isSecondary?: boolean;
}

/** What is known of a person, as it is compared. */
export interface Description {
  readonly identifiers: readonly StatedIdentifier[];
  readonly names: readonly PersonName[];
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  readonly birthDate?: string;
  /** Normalised e-mail addresses and telephone numbers. */
  readonly addresses: readonly string[];
  readonly gender?: string;
}

export function describe(
  record: Pick<Patient | Person, 'identifier' | 'name' | 'birthDate' | 'telecom' | 'gender'>,
  phoneNumber: PhoneForm,
): Description {
  const { identifier = [], name: names = [], birthDate, telecom, gender } = record;
  const identifiers = identifier.flatMap(({ system, value, use }) =>
    system === undefined || value === undefined || use === 'old'
      ? []
      : [{ system, value, isSecondary: use === 'secondary' }],
  );
  return { identifiers, names, addresses: addressesOnRecord(telecom, phoneNumber), ...defined({ birthDate, gender }) };
}

export type NameLikeness = Likeness | 'unstated';

export interface Comparison {
  /** `other`: another value of the same system, which no person has two of. */
  readonly identifier: 'same' | 'other' | 'unknown';
  /** Given names, where family names are the same; `unknown`: one side has none; `unstated`: one has no name at all. */
  readonly name: NameLikeness;
  readonly birthDate: Likeness;
  readonly address: boolean;
  readonly gender: Likeness;
}

export function compare(a: Description, b: Description): Comparison {
  return {
    identifier: identifierLikeness(a, b),
    name: namesLikeness(a.names, b.names),
    birthDate: birthDateLikeness(a.birthDate, b.birthDate),
    address: a.addresses.some(address => b.addresses.includes(address)),
    gender: genderLikeness(a.gender, b.gender),
  };
}

function identifierLikeness(a: Description, b: Description): Comparison['identifier'] {
  const shared = a.identifiers.flatMap(one =>
    b.identifiers
      .filter(({ system }) => system === one.system)
      .filter(other => other.value === one.value || ![one, other].some(({ isSecondary }) => isSecondary))
      .map(({ value }) => value === one.value),
  );
  if (shared.includes(true)) return 'same';
  return shared.length > 0 ? 'other' : 'unknown';
}

function namesLikeness(a: readonly PersonName[], b: readonly PersonName[]): NameLikeness {
  if (a.length === 0 || b.length === 0) return 'unstated';
  const all = a.flatMap(one => b.map(other => nameLikeness(one, other)));
  return order.find(one => all.includes(one)) ?? 'different';
}

const order: readonly Likeness[] = ['same', 'compatible', 'unknown', 'different'];

function genderLikeness(a: string | undefined, b: string | undefined): Likeness {
  const known = [a, b].every(gender => gender === 'male' || gender === 'female');
  if (!known) return 'unknown';
  return a === b ? 'same' : 'different';
}

/** Whether name, birth date and an address say that this is one person, and no identifier says otherwise. */
export const isOnePerson = ({ identifier, name, birthDate, address }: Comparison): boolean =>
  identifier !== 'other' && isNamed(name) && agrees(birthDate) && address;

/** Whether this may be one person: somebody has to look. */
export const mayBeOnePerson = (one: Comparison): boolean =>
  isOnePerson(one) || (one.identifier !== 'other' && one.name === 'same' && one.birthDate === 'same');

/** Family names are the same, and given names are no others. */
const isNamed = (name: NameLikeness): boolean => name !== 'different' && name !== 'unstated';

const agrees = (likeness: NameLikeness): boolean => likeness === 'same' || likeness === 'compatible';

/** https://hl7.org/fhir/R4/valueset-match-grade.html */
export type Grade = 'certain' | 'probable' | 'possible' | 'certainly-not';

export function gradeOf(one: Comparison): Grade {
  if (one.identifier === 'same') return contradicts(one) ? 'possible' : 'certain';
  if (one.identifier === 'other') return 'certainly-not';
  if (one.gender === 'different') return mayBeOnePerson(one) ? 'possible' : 'certainly-not';
  if (isOnePerson(one)) return one.name === 'same' && one.birthDate === 'same' ? 'certain' : 'probable';
  if (mayBeOnePerson(one)) return 'probable';
  return supports(one) ? 'possible' : 'certainly-not';
}

const contradicts = ({ name, birthDate }: Comparison): boolean => name === 'different' || birthDate === 'different';

/** Two kinds of facts that agree, and no birth date that differs. */
function supports({ name, birthDate, address }: Comparison): boolean {
  if (birthDate === 'different') return false;
  return [agrees(name), agrees(birthDate), address].filter(Boolean).length >= 2;
}

const floors: Readonly<Record<Grade, number>> = { certain: 0.9, probable: 0.6, possible: 0.3, 'certainly-not': 0 };

/** From 0 to 1, those of a better grade above all others. */
export function scoreOf(one: Comparison): number {
  const grade = gradeOf(one);
  if (grade === 'certainly-not') return 0;
  const exact = [one.identifier === 'same', one.name === 'same', one.birthDate === 'same', one.address];
  const agreed = exact.filter(Boolean).length + (one.gender === 'same' ? 1 : 0);
  return Math.round((floors[grade] + 0.02 * agreed) * 100) / 100;
}
