/**
 * The profile of a patient: what patients, and proxies with the function `profile`, keep up to date themselves. Address, e-mail
 * addresses, mobile telephones, languages, how they are notified; nothing else of the record.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Address, ContactPoint, Patient, PatientCommunication } from 'fhir/r4.js';
import { emailForm } from '../fhir/email-address.js';
import { Fault, type Issue } from '../fhir/fault.js';
import { languageTag } from '../fhir/language-tag.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { PhoneForm } from '../fhir/phone-number.js';
import { isMobile } from './contact.js';
import { PREFERENCES } from './preferences.js';

type Part = ContactPoint | Address | PatientCommunication;

interface Rule {
  /** The elements that a new or changed value may have. */
  readonly elements: readonly string[];
  /** Whether a value is of a kind that the profile holds. */
  readonly isTheirs: (part: Part) => boolean;
}

const all = (): boolean => true;

/** The lists of which people change values; the order of contacts (`rank`) is theirs for all. */
const LISTS: Readonly<Record<'telecom' | 'address' | 'communication', Rule>> = {
  telecom: {
    elements: ['system', 'value', 'use', 'rank', 'period'],
    isTheirs: point => (point as ContactPoint).system === 'email' || isMobile(point as ContactPoint),
  },
  address: {
    elements: [...['use', 'type', 'text', 'line', 'city', 'district', 'state', 'postalCode', 'country', 'period']],
    isTheirs: all,
  },
  communication: { elements: ['language', 'preferred'], isTheirs: all },
};
type List = keyof typeof LISTS;
const lists = Object.keys(LISTS) as List[];

/** Fault `unprocessable` for a record that another one took the place of. */
export function refuseMerged({ link = [] }: Patient): void {
  if (!link.some(({ type }) => type === 'replaced-by')) return;
  throw new Fault('unprocessable', 'Another record took the place of this one, whose profile stays as it is.', {
    code: 'business-rule',
    expression: 'Patient.link',
  });
}

/** Fault `forbidden` that names the element which is not of the profile. */
export function refuseOtherChanges(before: Patient, after: Patient, own: Pick<OwnCanonicals, 'structure'>): void {
  const [was, is] = [fixedOf(before, own), fixedOf(after, own)];
  const other = [...new Set([...Object.keys(was), ...Object.keys(is)])].find(
    name => !isDeepStrictEqual(was[name], is[name]),
  );
  if (other !== undefined) throw notOfProfile(`Patient.${other.replace(/^_/, '')}`);
  for (const { list, part, at } of changedParts(before, after)) {
    const name = Object.keys(part).find(one => !LISTS[list].elements.includes(one));
    if (name !== undefined) throw notOfProfile(`Patient.${list}[${at}].${name.replace(/^_/, '')}`);
  }
}

const notOfProfile = (expression: string): Fault =>
  new Fault(
    'forbidden',
    'People change address, e-mail, mobile telephone, language and notices of a record, and nothing else of it.',
    { expression },
  );

type Fixed = Readonly<Record<string, unknown>>;

/** The elements that are not of the profile. Labels are compared elsewhere. */
function fixedOf(record: Patient, own: Pick<OwnCanonicals, 'structure'>): Fixed {
  const { meta, extension = [], ...others } = record;
  const preferences = new Set(PREFERENCES.map(name => own.structure(name)));
  const fixed: [List, Part[]][] = lists.map(list => [
    list,
    partsOf(record, list)
      .filter(part => !LISTS[list].isTheirs(part))
      .map(withoutRank),
  ]);
  return {
    ...others,
    ...(Object.fromEntries(fixed) as Fixed),
    meta: [...(meta?.profile ?? [])],
    extension: extension.filter(({ url }) => !preferences.has(url)),
  };
}

const partsOf = (record: Patient, list: List): readonly Part[] => record[list] ?? [];

function withoutRank(part: Part): Part {
  const { rank: _rank, ...rest } = part as ContactPoint;
  return rest;
}

interface ChangedPart {
  readonly list: List;
  readonly part: Part;
  readonly at: number;
}

/** The values that were not there before, whatever their order. */
function changedParts(before: Patient, after: Patient): ChangedPart[] {
  return lists.flatMap(list => {
    const known = partsOf(before, list).map(withoutRank);
    return partsOf(after, list).flatMap((part, at) =>
      known.some(one => isDeepStrictEqual(one, withoutRank(part))) ? [] : [{ list, part, at }],
    );
  });
}

/** What is wrong with the values that were changed, each with its FHIRPath. */
export function profileIssues(before: Patient, after: Patient, phoneNumber: PhoneForm): Issue[] {
  return changedParts(before, after).flatMap(({ list, part, at }) => {
    const wrong = problemOf(list, part, phoneNumber);
    if (!wrong) return [];
    const expression = `Patient.${list}[${at}].${wrong.element}`;
    return [{ severity: 'error', code: 'business-rule', diagnostics: wrong.expected, expression }];
  });
}

interface Problem {
  readonly element: string;
  readonly expected: string;
}

function problemOf(list: List, part: Part, phoneNumber: PhoneForm): Problem | undefined {
  if (list === 'telecom') return problemOfContact(part as ContactPoint, phoneNumber);
  if (list === 'address') return undefined;
  const [code] = (part as PatientCommunication).language.coding?.flatMap(one => one.code ?? []) ?? [];
  const isTag = code !== undefined && languageTag(code) !== undefined;
  return isTag ? undefined : { element: 'language', expected: 'A language is named by its tag (BCP 47), as en or ar.' };
}

function problemOfContact({ system, value = '' }: ContactPoint, phoneNumber: PhoneForm): Problem | undefined {
  if (system === 'email') {
    return emailForm(value) === undefined ? { element: 'value', expected: 'This is no e-mail address.' } : undefined;
  }
  return phoneNumber(value) === undefined ? { element: 'value', expected: 'This is no telephone number.' } : undefined;
}
