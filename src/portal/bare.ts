/**
 * References without what rides along: a search finds a resource by the identifier in a reference, and readers believe the
 * display, though neither was compared with what the reference leads to. https://hl7.org/fhir/R4/references.html#Reference
 */
import type { Communication, Reference } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';

/** Elements of a message that are References; `valueReference` is in its extensions. */
const REFERENCES = new Set([
  ...['subject', 'sender', 'recipient', 'about', 'encounter', 'basedOn', 'partOf', 'inResponseTo', 'reasonReference'],
  ...['contentReference', 'authorReference', 'valueReference'],
]);

/** The literal reference alone. */
export const bare = ({ reference }: Reference): Reference => defined({ reference });

/**
 * The message with bare references. Fault `unprocessable` for a reference by identifier or display alone where `refused` holds
 * of its element's name.
 */
export const withBareReferences = <M extends Communication>(message: M, refused: (name: string) => boolean): M =>
  bared(message, { name: '', path: 'Communication' }, refused) as M;

interface Element {
  name: string;
  path: string;
}

function bared(value: unknown, { name, path }: Element, refused: (name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((one, at) => bared(one, { name, path: `${path}[${at}]` }, refused));
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  if (REFERENCES.has(name)) {
    const reference = value as Reference;
    if (reference.reference !== undefined) return bare(reference);
    if (!refused(name)) return value;
    throw new Fault('unprocessable', 'A message names others by literal references.', { expression: path });
  }
  const inside = Object.entries(value).map(([inner, one]) => [
    inner,
    bared(one, { name: inner, path: `${path}.${inner}` }, refused),
  ]);
  return Object.fromEntries(inside) as unknown;
}
