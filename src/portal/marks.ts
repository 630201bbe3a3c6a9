/**
 * What each person has done with a message: read it, archived it. The marks of a message are one private record, so that
 * marking makes no version of what everybody shares, and nobody sees the marks of others.
 */
import type { Communication, Extension } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Document, DocumentChange } from '../store/port.js';

/** The kind of the records; each has the id of its message. */
export const MARKS = 'message-marks';

/** The marks of one person. Instants are milliseconds since the epoch. */
export interface Mark {
  readonly read?: number;
  readonly archived?: number;
  /** Of who wrote it for another sender. */
  readonly wrote?: number;
  /** The person as a reference that a message may hold: `Patient/1`. */
  readonly who: string;
}

/** By the stable name of the person: `Person/1`, `Practitioner/2`. */
export type Marks = Readonly<Record<string, Mark>>;

export type Marking = 'mark-read' | 'mark-unread' | 'archive' | 'unarchive';

export const marksIn = (document: Pick<Document, 'value'> | undefined): Marks =>
  (document?.value['people'] as Marks | undefined) ?? {};

/** The person who marks. */
export interface Marker {
  readonly subject: string;
  readonly fhirUser?: string;
}

/** The marks with one more. What is marked so already stays as it is, with its first instant. */
export function marked(marks: Marks, { subject, fhirUser }: Marker, marking: Marking, now: number): Marks {
  const { read, archived, wrote, who = fhirUser ?? subject } = marks[subject] ?? {};
  const next = {
    'mark-read': { read: read ?? now, archived },
    'mark-unread': { read: undefined, archived },
    archive: { read, archived: archived ?? now },
    unarchive: { read, archived: undefined },
  }[marking];
  if (next.read === read && next.archived === archived) return marks;
  return { ...marks, [subject]: { who, ...defined({ ...next, wrote }) } };
}

/** The marks with that of the author of a message that another sends: no patient sees it, and authors find what they wrote. */
export const written = (marks: Marks, { subject, fhirUser = subject }: Marker, now: number): Marks => ({
  ...marks,
  [subject]: { ...marks[subject], who: fhirUser, wrote: now },
});

/** @param version of the record, 0 where there is none yet */
export const marksDocument = (message: string, marks: Marks, version: number): DocumentChange => ({
  op: 'put',
  document: { kind: MARKS, id: message, value: { people: marks }, keys: {} },
  expect: version,
});

export type MarkState = 'read' | 'archived' | 'wrote';

const STATES: readonly MarkState[] = ['read', 'archived', 'wrote'];

/** The states that a message is found by, for each person who has marked it. */
export const statesOf = (marks: Marks): [state: MarkState, subject: string][] =>
  Object.entries(marks).flatMap(([subject, mark]) =>
    STATES.flatMap(state => (mark[state] === undefined ? [] : [[state, subject] as [MarkState, string]])),
  );

/** The message with the extension `read` for these readers, and without any that it held. */
export function withReaders(
  message: Communication,
  readers: readonly { who: string; read: number }[],
  own: OwnCanonicals,
): Communication {
  const { extension = [], ...rest } = message;
  const url = own.structure('read');
  const marks: Extension[] = readers.map(({ who, read }) => ({
    url,
    extension: [
      { url: 'who', valueReference: { reference: who } },
      { url: 'at', valueInstant: instant(read) },
    ],
  }));
  const all = [...extension.filter(one => one.url !== url), ...marks];
  return { ...rest, ...defined({ extension: all.length === 0 ? undefined : all }) };
}
