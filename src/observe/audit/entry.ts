/**
 * An audit entry as one line: its link of the hash chain, and a JSON array, since names would be most of the text. The order
 * of the array is the format of the log.
 */
import { defined } from '../../fhir/defined.js';
import type { AuditDetail, AuditEntry } from '../../service.js';
import { nextLink } from './chain.js';

/** An entry as it is read: `id` is that of its AuditEvent. */
export interface LoggedEntry {
  readonly id: string;
  readonly entry: AuditEntry;
}

/** Characters of a link that distinguish the entries of one millisecond. */
const LINK = 32;

/** An instant as text that sorts as the instants do; milliseconds since the epoch. */
export const stamp = (at: number): string => Math.max(0, Math.floor(at)).toString(36).padStart(9, '0');

/** The instant that an id of `entryId` begins with; undefined where it is none. */
export function instantOf(id: string): number | undefined {
  return /^[0-9a-z]{9}-/.test(id) ? parseInt(id.slice(0, 9), 36) : undefined;
}

/** @param unique distinguishes the entries of one millisecond */
export const entryId = (at: number, unique: string): string => `${stamp(at)}-${unique}`;

/** @param id where it does not follow from the chain: entries of writes have one before they have a link */
export function entryText(entry: AuditEntry, id?: string): string {
  const { at, request, actor, client, action, target, patients, status } = entry;
  const { base, reasons, details, relation, purpose } = entry;
  const always = [at, request, actor, client, action, target, patients, status];
  const more = [base ?? null, reasons ?? null, id ?? null, details ?? null, relation ?? null, purpose ?? null];
  return JSON.stringify([...always, ...more.slice(0, more.findLastIndex(one => one !== null) + 1)]);
}

type Columns = [
  at: number,
  request: string,
  actor: string,
  client: string,
  action: string,
  target: string,
  patients: string[],
  status: number,
  base?: string | null,
  reasons?: string[] | null,
  id?: string | null,
  details?: AuditDetail[] | null,
  relation?: string | null,
  purpose?: 'BTG' | null,
];

/** @throws Error where the text is no entry */
export function parseEntry(text: string): { entry: AuditEntry; id?: string } {
  const columns = JSON.parse(text) as Columns;
  if (!Array.isArray(columns) || typeof columns[0] !== 'number' || !Array.isArray(columns[6])) {
    throw new Error('not an audit entry');
  }
  const [at, request, actor, client, action, target, patients, status, ...rest] = columns;
  const [base, reasons, id, details, relation, purpose] = rest;
  const more = defined({
    ...{ base: base ?? undefined, reasons: reasons ?? undefined, details: details ?? undefined },
    ...{ relation: relation ?? undefined, purpose: purpose ?? undefined },
  });
  const entry = { at, request, actor, client, action, target, patients, status, ...more };
  return { entry, ...defined({ id: id ?? undefined }) };
}

/** One line of the log, without its line feed. */
export const lineOf = (link: string, text: string): string => `${link} ${text}`;

/** Lines that continue a chain after this link. */
export function chained(start: string, texts: readonly string[]): string[] {
  let link = start;
  return texts.map(text => {
    link = nextLink(link, text);
    return lineOf(link, text);
  });
}

/** @throws Error where the line is no entry */
export function parseLine(line: string): LoggedEntry {
  const { link, text } = splitLine(line);
  const { entry, id = entryId(entry.at, link.slice(0, LINK)) } = parseEntry(text);
  return { id, entry };
}

/** @throws Error where the line has no link */
export function splitLine(line: string): { link: string; text: string } {
  const [, link, text] = /^([0-9a-f]{64}) (.*)$/s.exec(line) ?? [];
  if (link === undefined || text === undefined) throw new Error('not a line of an audit log');
  return { link, text };
}
