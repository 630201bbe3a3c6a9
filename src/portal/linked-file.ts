/** Binaries that a message links: its author's own, which become files of the message, and those of the patient concerned. */
import type { Binary, Communication, Reference } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
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
import { inForce } from './parties.js';
import { changed, step, type Step, type Versioned } from './step.js';

/** The kind of the records of uploads: a new Binary's id → who has uploaded it. */
const UPLOADED = 'uploaded-file';

/** Milliseconds within which an upload may become a file of a message. */
const MONTH = 30 * 24 * 60 * 60 * 1000;

/**
 * The record that this caller has uploaded a Binary.
 * @param isPlaced its context is the server's choice: a message may say otherwise
 * @param now milliseconds since the epoch
 */
export const uploadedBy = (id: string, author: string, isPlaced: boolean, now: number): DocumentChange => ({
  op: 'put',
  document: { kind: UPLOADED, id, value: { author, isPlaced }, keys: {}, expires: now + MONTH },
});

/** What is hidden from the author and what is absent look the same. */
export const NOT_THEIRS =
  'An attachment is a Binary of this server: the author’s own, or one of the patient concerned.';

/** A Binary that a message may link, and the patient to whom it belongs. */
interface Linkable {
  readonly found: Versioned<Binary>;
  /** Absent: nobody's yet. */
  readonly owner?: string;
  /** The author's own upload, in no resource yet: whose it is, the message says. */
  readonly isFresh: boolean;
}

/** The file, where its author sees it and it is no other patient's; else Fault `unprocessable`. */
async function linkable(
  name: string | undefined,
  upload: Document | undefined,
  sent: SentFile,
  parts: AttachmentParts,
): Promise<Linkable> {
  const found = name && (await parts.seen.get<Binary>(name));
  const context = found && nameIn(found.resource.securityContext?.reference ?? '', parts.base);
  const owner = context ? await ownerOf(context, parts) : undefined;
  const isTheirs = owner === undefined || owner === (await subjectOf(sent.message, parts));
  const isOwn = upload?.value['author'] === parts.author && (!context || isPatient(context));
  const isFresh = isOwn && (isTheirs || upload.value['isPlaced'] === true);
  if (!found || !(isTheirs || isFresh)) throw refused(`${sent.path}.url`, NOT_THEIRS);
  return { found, isFresh, ...defined({ owner }) };
}

/** A file that a draft has already goes on with it, unless the draft or the file has become another patient's. */
export async function refuseForeignFile(sent: SentFile, parts: AttachmentParts): Promise<void> {
  const name = fileIn(sent.attachment.url ?? '', parts.base);
  if (name !== undefined) await linkable(name, undefined, sent, parts);
}

export async function linkedFile(url: string, sent: SentFile, parts: AttachmentParts): Promise<Attached> {
  const { attachment, message, path, most } = sent;
  const name = fileIn(url, parts.base);
  // The record goes first: where another message takes the file meanwhile, the Binary that is read next has it as its context.
  const upload = name === undefined ? undefined : await parts.all.document(UPLOADED, name.slice('Binary/'.length));
  const file = await linkable(name, upload, sent, parts);
  const taken = takeOver(file, message, parts.base);
  if (!taken) throw refused(`${path}.url`, NOT_THEIRS);
  const { found } = file;
  const { contentType } = found.resource;
  if (attachment.contentType !== undefined && !isSameType(attachment.contentType, contentType)) {
    throw refused(`${path}.contentType`, 'The Binary has another content type.');
  }
  refuseType(contentType, sent, parts.limits);
  const { size, hash, scan } = checked(await parts.files.stored(found.version, most), sent);
  if (scan === 'held' && !isTakenBy(message, taken, file, parts.base))
    throw new Fault('conflict', HELD, { expression: path, because: 'held' });
  return { attachment: { ...attachment, contentType, url: name, size, hash }, step: taken, ...defined({ scan }) };
}

const HELD = 'The file is held until it has been scanned for viruses, and is a file of one message until then.';

/** Whether the file is the message's own: the message is told then what the scan comes to. */
const isTakenBy = ({ id }: Communication, { writes }: Step, { found }: Linkable, base: string): boolean =>
  writes.length > 0 || nameIn(found.resource.securityContext?.reference ?? '', base) === `Communication/${id}`;

/** The step that makes a Binary a file of the message; undefined where it may not be linked. */
function takeOver({ found, owner, isFresh }: Linkable, message: Communication, base: string): Step | undefined {
  const own = `Communication/${message.id}`;
  if (nameIn(found.resource.securityContext?.reference ?? '', base) === own) return step({});
  if (isFresh) {
    const binary: Binary = { ...found.resource, securityContext: { reference: own } };
    const done: DocumentChange = { op: 'delete', kind: UPLOADED, id: found.version.key.id };
    return step({ writes: [changed(found, binary)], documents: [done] });
  }
  return owner === undefined ? undefined : step({});
}

/** The record in force of the patient concerned; empty where the message names none. */
async function subjectOf({ subject }: Communication, { all, base }: AttachmentParts): Promise<string> {
  const name = nameIn(subject?.reference ?? '', base);
  return isPatient(name) ? inForce(name, all) : name;
}

/** The patient to whom a Binary belongs by its context, itself or through a resource; as the record in force. */
async function ownerOf(context: string, { seen, all, base }: AttachmentParts): Promise<string | undefined> {
  if (isPatient(context)) return inForce(context, all);
  type Concerning = Partial<Record<'subject' | 'patient' | 'for', Reference>>;
  const found = (await seen.get<Concerning>(context)) ?? (await all.get<Concerning>(context));
  if (!found) return undefined;
  const { subject, patient, for: concerned } = found.resource;
  const names = [subject, patient, concerned].map(one => nameIn(one?.reference ?? '', base));
  const owner = names.find(isPatient);
  return owner === undefined ? undefined : inForce(owner, all);
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
