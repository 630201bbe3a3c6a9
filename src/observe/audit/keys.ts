/**
 * What entries of the audit are found by, in short: one key for each value that a search of AuditEvent may ask for exactly.
 * Segments are stored with those of patients, agents and actions. A key stands for a posting of the AuditEvent
 * (search/keys.ts), no more and no less: a test compares the two.
 */
import type { AuditEntry } from '../../service.js';
import { actionCode, agentOf, outcomeOf, referenceIn, subtypeCode } from './audit-event.js';

export type KeyKind = 'patient' | 'agent' | 'altid' | 'subtype' | 'action' | 'outcome' | 'entity';

export interface Key {
  readonly kind: KeyKind;
  readonly value: string;
}

/** Kinds of keys that segments are stored with, the most selective first. */
export const INDEXED: readonly KeyKind[] = ['patient', 'agent', 'altid', 'subtype', 'action'];

const listOf = (value: string | undefined): string[] => (value === undefined ? [] : [value]);

function entitiesOf(entry: AuditEntry): string[] {
  const { target, patients } = entry;
  return [...(target.includes('/') ? [target] : []), ...patients.map(id => `Patient/${id}`)];
}

const isPatient = (reference: string): boolean => reference.startsWith('Patient/');

/** The values of an entry, by kind of key; some twice. */
const VALUES: Readonly<Record<KeyKind, (entry: AuditEntry) => string[]>> = {
  patient: entry => [
    ...entitiesOf(entry)
      .filter(isPatient)
      .map(reference => referenceIn(entry, reference)),
    ...listOf(agentOf(entry)).filter(isPatient),
  ],
  agent: entry => listOf(agentOf(entry)),
  altid: ({ actor, client }) => [actor === '' ? 'unknown' : actor, ...(client === '' ? [] : [client])],
  subtype: ({ action }) => listOf(subtypeCode(action)),
  action: ({ action }) => [actionCode(action)],
  outcome: ({ status }) => [outcomeOf(status)],
  entity: entry => entitiesOf(entry).map(reference => referenceIn(entry, reference)),
};

const KINDS = Object.keys(VALUES) as KeyKind[];

/** A key as text, as it is stored. */
export const keyText = ({ kind, value }: Key): string => `${kind}|${value}`;

export const hasKey = (entry: AuditEntry, { kind, value }: Key): boolean => VALUES[kind](entry).includes(value);

const keysOfKinds = (entry: AuditEntry, kinds: readonly KeyKind[]): Key[] =>
  kinds.flatMap(kind => VALUES[kind](entry).map(value => ({ kind, value })));

/** All keys of an entry. */
export const keysOf = (entry: AuditEntry): Key[] => keysOfKinds(entry, KINDS);

/** The keys that its segment is stored with. */
export const indexedKeys = (entry: AuditEntry): Key[] => keysOfKinds(entry, INDEXED);

const REFERENCE = /^AuditEvent\|(patient|agent|entity)\|([^=].*)$/s;
const CODE = /^AuditEvent\|(altid|action|outcome|subtype)\|=(.*)$/s;

/** The key that entries have exactly where their AuditEvents have this posting; undefined where there is none such. */
export function keyOfPosting(posting: string): Key | undefined {
  const [, kind, value] = REFERENCE.exec(posting) ?? CODE.exec(posting) ?? [];
  return kind === undefined || value === undefined ? undefined : { kind: kind as KeyKind, value };
}

/**
 * A text that lines of entries with this key hold: it costs less to look for than to parse the line. Undefined where there
 * is none, or nearly every line holds it.
 */
export function textIn({ kind, value }: Key): string | undefined {
  if (kind === 'patient' || kind === 'agent') return value.slice(value.lastIndexOf('/') + 1);
  if (kind === 'altid' && value !== 'unknown') return JSON.stringify(value).slice(1, -1);
  return undefined;
}
