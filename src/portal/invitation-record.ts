/**
 * The private side of an invitation: a record named by the hash of its code, and a pointer to it from each fact that
 * leads to the invitee (who may have no Patient yet). The pointers' versions make parallel invitations take turns.
 */
import { createHash } from 'node:crypto';
import type { Document, DocumentChange } from '../store/port.js';
import type { Facts } from './identity.js';
import type { WorkflowReader } from './step.js';

const RECORD = 'invitation';
const POINTER = 'invitee';

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
  /** Wrong verifications so far. */
  tries: number;
  /** Milliseconds since the epoch. */
  until: number;
}

export interface Stored {
  document: Document;
  record: InvitationRecord;
}

export async function readInvitation(hash: string, reader: WorkflowReader): Promise<Stored | undefined> {
  const document = await reader.document(RECORD, hash);
  return document && { document, record: document.value as unknown as InvitationRecord };
}

/** The invitations (one, but for odd histories) that these facts lead to, and the pointers as they are. */
export async function invitationsOf(
  invitee: Invitee,
  reader: WorkflowReader,
): Promise<{ open: Stored[]; pointers: Pointer[] }> {
  const pointers = await Promise.all(
    pointerIds(invitee).map(async id => ({ id, document: await reader.document(POINTER, id) })),
  );
  const hashes = new Set(
    pointers.flatMap(({ document }) => (document?.value['invitation'] as string | undefined) ?? []),
  );
  const stored = await Promise.all([...hashes].map(hash => readInvitation(hash, reader)));
  return { open: stored.filter(one => one !== undefined), pointers };
}

export interface Pointer {
  id: string;
  document: Document | undefined;
}

/** The record, and its pointers in place of the earlier ones. */
export function recordChanges(hash: string, record: InvitationRecord, pointers: readonly Pointer[]): DocumentChange[] {
  const expires = record.until + REMEMBERED;
  return [
    { op: 'put', document: { kind: RECORD, id: hash, value: { ...record }, keys: {}, expires }, expect: 0 },
    ...pointers.map(({ id, document }): DocumentChange => ({
      op: 'put',
      document: { kind: POINTER, id, value: { invitation: hash }, keys: {}, expires },
      expect: document?.version ?? 0,
    })),
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

function pointerIds({ facts, patient }: Invitee): string[] {
  const { family, birthDate, email, phone, identifier } = facts;
  const named = (contact: string | undefined): unknown[] | undefined =>
    contact === undefined || family === undefined ? undefined : [family.toLowerCase(), birthDate, contact];
  const keys = [patient, identifier && [identifier.system, identifier.value], named(email), named(phone)];
  return keys
    .filter(key => key !== undefined)
    .map(key => createHash('sha256').update(JSON.stringify(key)).digest('hex'));
}
