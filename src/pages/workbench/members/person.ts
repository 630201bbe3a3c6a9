/** What a page shows of a person on record: name, birth date, identifiers and contact, and what is odd about the record. */
import type { Patient, Person } from 'fhir/r4.js';
import { nameOf } from '../names.js';
import type { Resource } from '../../../fhir/resource.js';
import type { PlainTexts } from '../../../texts/words.js';
import { html, type Html } from '../../html.js';
import type { Visit } from '../../account/visit.js';
import { MEMBER } from './paths.js';

export type OnRecord = Patient | Person;

export const named = (record: OnRecord, words: PlainTexts): Html =>
  html`<bdi>${nameOf(record as unknown as Resource) ?? words.unnamed}</bdi>`;

/** A link to the page of a person. */
export const memberLink = ({ words, link }: Visit, record: OnRecord): Html =>
  html`<a href="${link(MEMBER, { of: `${record.resourceType}/${record.id ?? ''}` })}">${named(record, words)}</a>`;

export const dated = (birthDate: string | undefined): Html | false =>
  birthDate !== undefined && html`<bdi dir="ltr">${birthDate}</bdi>`;

export const identifiersOf = ({ identifier = [] }: Pick<Patient, 'identifier'>): Html[] =>
  identifier.flatMap(({ value }) => (value === undefined ? [] : [html`<bdi dir="ltr">${value}</bdi>`]));

/** E-mail addresses and telephone numbers that are in use. */
export const contactsOf = ({ telecom = [] }: Pick<Patient, 'telecom'>): Html[] =>
  telecom.flatMap(({ value, use }) =>
    value === undefined || use === 'old' ? [] : [html`<bdi dir="ltr">${value}</bdi>`],
  );

/** The record that this one was merged into: `Patient/1`. */
export const keptFor = (record: OnRecord): string | undefined =>
  record.resourceType === 'Patient'
    ? record.link?.find(({ type }) => type === 'replaced-by')?.other.reference
    : undefined;

export const hasDied = (record: OnRecord): boolean =>
  record.resourceType === 'Patient' && (record.deceasedBoolean === true || record.deceasedDateTime !== undefined);

/** What an administrator must see before anything else. */
export function oddities(record: OnRecord, words: PlainTexts): string[] {
  const isMerged = keptFor(record) !== undefined;
  return [
    ...(hasDied(record) ? [words.memberDied] : []),
    ...(isMerged ? [words.memberMerged] : []),
    ...(record.resourceType === 'Patient' && record.active === false && !isMerged ? [words.memberRecordInactive] : []),
    ...(contactsOf(record).length === 0 ? [words.memberNoContact] : []),
  ];
}

export const lines = (parts: readonly Html[]): Html | false =>
  parts.length > 0 && html`${parts.map((part, at) => html`${at > 0 && html`<br />`}${part}`)}`;
