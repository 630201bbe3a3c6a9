/** Binaries that a message links: its author's own, which become files of the message, and those of the patient concerned. */
import type { Binary, Communication, Reference } from 'fhir/r4.js';
import { localName, localReference } from '../fhir/reference.js';
import type { Document, DocumentChange } from '../store/port.js';
import {
  bareType,
  checked,
  refused,
  refuseType,
  type Attached,
  type AttachmentParts,
  type SentFile,
} from './message-file.js';
import { changed, step, type Step, type Versioned } from './step.js';

/** The kind of the records of uploads: a new Binary's id → who has uploaded it. */
const UPLOADED = 'uploaded-file';

/** Milliseconds within which an upload may become a file of a message. */
const MONTH = 30 * 24 * 60 * 60 * 1000;

/** The record that this caller has uploaded a Binary. @param now milliseconds since the epoch */
export const uploadedBy = (id: string, author: string, now: number): DocumentChange => ({
  op: 'put',
  document: { kind: UPLOADED, id, value: { author }, keys: {}, expires: now + MONTH },
});

/** What is hidden from the author and what is absent look the same. */
export const NOT_THEIRS =
  'An attachment is a Binary of this server: the author’s own, or one of the patient concerned.';

export async function linkedFile(url: string, sent: SentFile, parts: AttachmentParts): Promise<Attached> {
  const { attachment, message, path, most } = sent;
  const name = fileIn(url, parts.base);
  // The record goes first: where another message takes the file meanwhile, the Binary that is read next has it as its context.
  const upload = name && (await parts.all.document(UPLOADED, name.slice('Binary/'.length)));
  const found = name && (await parts.seen.get<Binary>(name));
  const taken = found && (await takeOver(found, upload, message, parts));
  if (!taken) throw refused(`${path}.url`, NOT_THEIRS);
  const { contentType } = found.resource;
  if (attachment.contentType !== undefined && !isSameType(attachment.contentType, contentType)) {
    throw refused(`${path}.contentType`, 'The Binary has another content type.');
  }
  refuseType(contentType, sent, parts.limits);
  const { size, hash } = checked(await parts.files.stored(found.version, most), sent);
  return { attachment: { ...attachment, contentType, url: name, size, hash }, step: taken };
}

/** The step that makes a Binary a file of the message; undefined where it may not be linked. */
async function takeOver(
  found: Versioned<Binary>,
  upload: Document | undefined,
  message: Communication,
  { author, seen, all, base }: AttachmentParts,
): Promise<Step | undefined> {
  const { securityContext } = found.resource;
  const context = nameIn(securityContext?.reference ?? '', base);
  const own = `Communication/${message.id}`;
  if (context === own) return step({});
  const subject = nameIn(message.subject?.reference ?? '', base);
  const owner = securityContext ? await ownerOf(context, { seen, all, base }) : undefined;
  if (securityContext && (owner === undefined || owner !== subject)) return undefined;
  if (upload?.value['author'] === author && (!securityContext || context === subject)) {
    const binary: Binary = { ...found.resource, securityContext: { reference: own } };
    const done: DocumentChange = { op: 'delete', kind: UPLOADED, id: upload.id };
    return step({ writes: [changed(found, binary)], documents: [done] });
  }
  return owner === undefined ? undefined : step({});
}

/** The patient to whom a Binary belongs by its context: itself, or through a resource. */
async function ownerOf(
  context: string,
  { seen, all, base }: Pick<AttachmentParts, 'seen' | 'all' | 'base'>,
): Promise<string | undefined> {
  if (isPatient(context)) return context;
  type Concerning = Partial<Record<'subject' | 'patient' | 'for', Reference>>;
  const found = (await seen.get<Concerning>(context)) ?? (await all.get<Concerning>(context));
  if (!found) return undefined;
  const { subject, patient, for: concerned } = found.resource;
  const names = [subject, patient, concerned].map(one => nameIn(one?.reference ?? '', base));
  return names.find(isPatient);
}

const isPatient = (name: string): boolean => name.startsWith('Patient/');

/** `Patient/1` for any reference to it on this server. */
export const nameIn = (reference: string, base: string): string => localName(reference, base) ?? reference;

/** `Binary/1` for the address of one on this server. */
export function fileIn(url: string, base: string): `Binary/${string}` | undefined {
  const local = localReference(url, [base]);
  return local?.type === 'Binary' ? `Binary/${local.id}` : undefined;
}

const isSameType = (one: string, other: string): boolean => bareType(one) === bareType(other);
