/**
 * Files of messages are Binaries whose security context is the message. Content that is sent along becomes one; one that the
 * author has uploaded gets the message as its context. https://hl7.org/fhir/R4/binary.html
 */
import type { Attachment, Binary, Communication, CommunicationPayload } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { fileName } from '../fhir/file-name.js';
import { withScan } from './file-scan.js';
import { linkedFile, refuseForeignFile } from './linked-file.js';
import { checked, refused, refuseType, type Attached, type AttachmentParts, type SentFile } from './message-file.js';
import { combined, created, step, type Step } from './step.js';

/**
 * The message with links to its files; those of the version before stay as they are.
 * Faults: `unprocessable` for what is no file of the author's or of the patient concerned, and for types that are not
 * allowed; `too-large`.
 */
export async function withFiles(
  message: Communication,
  previous: Communication | undefined,
  parts: AttachmentParts,
): Promise<{ message: Communication; step: Step }> {
  const { payload = [] } = message;
  const files = payload.filter(({ contentAttachment }) => contentAttachment !== undefined);
  if (files.length === 0) return { message, step: step({}) };
  const { count, message: room } = parts.limits;
  const kept = new Set((previous?.payload ?? []).map(one => JSON.stringify(one.contentAttachment)));
  if (files.length > count && files.some(one => !kept.has(JSON.stringify(one.contentAttachment)))) {
    throw refused('Communication.payload', `A message has at most ${count} attachments.`);
  }
  const all: { part: CommunicationPayload; step: Step }[] = [];
  let left = room;
  for (const [at, part] of payload.entries()) {
    const { contentAttachment: attachment } = part;
    const path = `Communication.payload[${at}].content`;
    const sent = attachment && { attachment, message, path, most: Math.min(parts.limits.file, left) };
    const isKept = kept.has(JSON.stringify(attachment));
    if (sent && isKept && previous?.status === 'preparation') await refuseForeignFile(sent, parts);
    const attached = isKept || !sent ? undefined : await attach(sent, parts);
    left -= (attached?.attachment ?? attachment)?.size ?? 0;
    all.push({
      part: attached ? { ...part, contentAttachment: attached.attachment } : part,
      step: attached?.step ?? step({}),
    });
  }
  return { message: { ...message, payload: all.map(({ part }) => part) }, step: combined(...all.map(one => one.step)) };
}

async function attach(one: SentFile, parts: AttachmentParts): Promise<Attached> {
  const sent = { ...one, attachment: named(one.attachment) };
  const { attachment, step: writing, scan } = await fileOf(sent, parts);
  return { attachment: withScan(attachment, scan, parts.all.own), step: writing };
}

/** The attachment whose title is a name of a file; without one that says nothing. */
function named({ title = '', ...rest }: Attachment): Attachment {
  const name = fileName(title);
  return { ...rest, ...defined({ title: name === '' ? undefined : name }) };
}

function fileOf(sent: SentFile, parts: AttachmentParts): Promise<Attached> {
  const { attachment, path } = sent;
  const { data, url } = attachment;
  if (data !== undefined && url === undefined) return inlineFile(data, sent, parts);
  if (data === undefined && url !== undefined) return linkedFile(url, sent, parts);
  throw refused(path, 'An attachment has either data or the url of a Binary.');
}

/** Content that is sent along, as a Binary. */
async function inlineFile(data: string, sent: SentFile, parts: AttachmentParts): Promise<Attached> {
  const { attachment, message, path, most } = sent;
  const { data: _data, contentType, ...rest } = attachment;
  if (contentType === undefined) throw refused(`${path}.contentType`, 'The content type is missing.', 'required');
  refuseType(contentType, sent, parts.limits);
  const facts = checked(await parts.files.sent(contentType, data, most), sent);
  const id = parts.ids.next();
  const securityContext = { reference: `Communication/${message.id}` };
  const { size, hash, scan, content } = facts;
  const binary: Binary = { resourceType: 'Binary', id, contentType, securityContext, ...content };
  return {
    attachment: { ...rest, contentType, url: `Binary/${id}`, size, hash },
    step: step({ writes: [created(binary)] }),
    ...defined({ scan }),
  };
}
