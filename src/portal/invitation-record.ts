/**
 * The private side of an invitation: a record named by the hash of its code, and a pointer to it from the Patient, or
 * from each fact that leads to an invitee who has none yet. The pointers' versions make parallel invitations take turns.
 */
import { createHash } from 'node:crypto';
import type { Document, DocumentChange } from '../store/port.js';
import { descriptionOf, type Facts } from './identity.js';
import { compare, isOnePerson } from './likeness.js';
import type { WorkflowReader } from './step.js';

const RECORD = 'invitation';
const POINTER = 'invitee';
const OF_TASK = 'invitation-of-task';

/** How long an expired invitation is remembered as such, in milliseconds. */
const REMEMBERED = 180 * 24 * 3600 * 1000;

export interface Invitee {
  facts: Facts;
  /** `Patient/1`, where there is one. */
  patient?: string;
}

export interface InvitationRecord extends Invitee {
  /** `Task/1` */
  task: string;
  language?: string;
  /** The addresses that it went to. */
  sentTo?: readonly string[];
  /** Wrong verifications so far. */
  tries: number;
  /** Milliseconds since the epoch. */
  until: number;
  /** When it was last sent again: milliseconds since the epoch. */
  resent?: number;
}

export interface Stored {
  document: Document;
  record: InvitationRecord;
}

export async function readInvitation(hash: string, reader: WorkflowReader): Promise<Stored | undefined> {
  const document = await reader.document(RECORD, hash);
  return document && { document, record: document.value as unknown as InvitationRecord };
}

/** The record of the invitation that this Task stands for. @param task `Task/1` */
export async function invitationOf(task: string, reader: WorkflowReader): Promise<Stored | undefined> {
  const hash = (await reader.document(OF_TASK, task))?.value['invitation'];
  return typeof hash === 'string' ? readInvitation(hash, reader) : undefined;
}

/**
 * The invitations of this person (one, but for odd histories), and the pointers as they are. Where a Patient is known, the
 * Patient is the key: an invitation that names another is another person's, however alike the facts.
 */
export async function invitationsOf(
  invitee: Invitee,
  reader: WorkflowReader,
): Promise<{ open: Stored[]; pointers: Pointer[] }> {
  const documents = await Promise.all(pointerIds(invitee).map(id => reader.document(POINTER, id)));
  const hashes = new Set(documents.flatMap(hashesOf));
  const stored = await Promise.all([...hashes].map(hash => readInvitation(hash, reader)));
  const all = stored.filter(one => one !== undefined);
  const open = all.filter(({ record }) => isOf(record, invitee));
  const others = new Set(all.filter(one => !open.includes(one)).map(({ document }) => document.id));
  const pointers = pointerIds(invitee).map((id, at) => ({ id, document: documents[at], others }));
  const written = invitee.patient === undefined ? pointers : pointers.slice(0, 1);
  return { open, pointers: written };
}

const hashesOf = (pointer: Document | undefined): string[] => (pointer?.value['invitations'] ?? []) as string[];

function isOf({ patient, facts }: InvitationRecord, invitee: Invitee): boolean {
  if (patient !== undefined && invitee.patient !== undefined) return patient === invitee.patient;
  const how = compare(descriptionOf(facts), descriptionOf(invitee.facts));
  return how.identifier === 'same' || isOnePerson(how);
}

export interface Pointer {
  id: string;
  document: Document | undefined;
  /** Hashes of other people's invitations that the same facts lead to. */
  others: ReadonlySet<string>;
}

/** The record, and its pointers in place of the earlier ones. */
export function recordChanges(hash: string, record: InvitationRecord, pointers: readonly Pointer[]): DocumentChange[] {
  const expires = record.until + REMEMBERED;
  return [
    { op: 'put', document: { kind: RECORD, id: hash, value: { ...record }, keys: {}, expires }, expect: 0 },
    { op: 'put', document: { kind: OF_TASK, id: record.task, value: { invitation: hash }, keys: {}, expires } },
    ...pointers.map(({ id, document, others }): DocumentChange => {
      const invitations = [...hashesOf(document).filter(one => others.has(one)), hash];
      const latest = Math.max(expires, document?.expires ?? 0);
      return {
        op: 'put',
        document: { kind: POINTER, id, value: { invitations }, keys: {}, expires: latest },
        expect: document?.version ?? 0,
      };
    }),
  ];
}

export const forget = ({ document }: Stored): DocumentChange => ({
  op: 'delete',
  kind: RECORD,
  id: document.id,
  expect: document.version,
});

export function withTries({ document, record }: Stored, tries: number): DocumentChange {
  const { version: expect, ...rest } = document;
  return { op: 'put', document: { ...rest, value: { ...record, tries } }, expect };
}

/** The Patient's first; those of facts are shared by a household, and lead to each of its invitations. */
function pointerIds({ facts, patient }: Invitee): string[] {
  const { birthDate = '', email, phone, identifier } = facts;
  const born = (contact: string | undefined): unknown[] | undefined =>
    contact === undefined ? undefined : [birthDate.slice(0, 4), contact];
  const keys = [patient, identifier && [identifier.system, identifier.value], born(email), born(phone)];
  return keys
    .filter(key => key !== undefined)
    .map(key => createHash('sha256').update(JSON.stringify(key)).digest('hex'));
}
