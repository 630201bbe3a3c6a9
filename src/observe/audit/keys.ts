/**
 * What entries of the audit are found by, in short: one key for each value that a search of AuditEvent may ask for exactly.
 * Segments are stored with those of patients, agents and actions. A key stands for a posting of the AuditEvent
 * (search/keys.ts), no more and no less: a test compares the two.
 */
import type { AuditEntry } from '../../service.js';
import { actionCode, agentReference, outcomeOf, referenceIn, subtypeCode } from './audit-event.js';

/** Kinds of keys that segments are stored with, the most selective first. */
export const INDEXED = ['patient', 'agent', 'altid', 'subtype', 'action'] as const;

const indexed = new Set<string>(INDEXED);

export const keyKind = (key: string): string => key.slice(0, key.indexOf('|'));

/** All keys of an entry; some twice. */
export function keysOf(entry: AuditEntry): string[] {
  const { actor, client, action, target, patients, status } = entry;
  const agent = agentReference(actor);
  const subtype = subtypeCode(action);
  const entities = [...(target.includes('/') ? [target] : []), ...patients.map(id => `Patient/${id}`)];
  const references = entities.map(reference => referenceIn(entry, reference));
  const ofPatients = references.filter((_, at) => entities[at]!.startsWith('Patient/'));
  return [
    ...ofPatients.map(reference => `patient|${reference}`),
    ...(agent === undefined ? [] : [`agent|${agent}`]),
    ...(agent?.startsWith('Patient/') ? [`patient|${agent}`] : []),
    `altid|${actor === '' ? 'unknown' : actor}`,
    ...(client === '' ? [] : [`altid|${client}`]),
    ...(subtype === undefined ? [] : [`subtype|${subtype}`]),
    `action|${actionCode(action)}`,
    `outcome|${outcomeOf(status)}`,
    ...references.map(reference => `entity|${reference}`),
  ];
}

export const indexedKeys = (entry: AuditEntry): string[] => keysOf(entry).filter(key => indexed.has(keyKind(key)));

const REFERENCE = /^AuditEvent\|(patient|agent|entity)\|([^=].*)$/s;
const CODE = /^AuditEvent\|(altid|action|outcome|subtype)\|=(.*)$/s;

/** The key that entries have exactly where their AuditEvents have this posting; undefined where there is none such. */
export function keyOfPosting(posting: string): string | undefined {
  const [, kind, value] = REFERENCE.exec(posting) ?? CODE.exec(posting) ?? [];
  return kind === undefined || value === undefined ? undefined : `${kind}|${value}`;
}
