/** The portal's rules for files: messages link theirs, a Binary remembers its uploader, and what a message carries stays as it is. */
import { isDeepStrictEqual } from 'node:util';
import type { Communication } from 'fhir/r4.js';
import { withDigest } from '../content/keep.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Configuration } from '../configuration/settings.table.js';
import type { World } from '../fhir/clock.js';
import { isBase64 } from '../fhir/base64.js';
import { Fault } from '../fhir/fault.js';
import { localReference } from '../fhir/reference.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import { withFiles } from '../portal/attachments.js';
import { hasHeldFile } from '../portal/file-scan.js';
import { uploadedBy } from '../portal/linked-file.js';
import { bareType, type AttachmentParts, type FileLimits, type Files } from '../portal/message-file.js';
import { combined, step } from '../portal/step.js';
import type { Context, WriteRule } from '../service.js';
import { heldFile, virusFound } from './scan-notes.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

export interface FileRuleParts extends ReaderParts, World {
  readonly configuration: CurrentConfiguration;
  readonly files: Files;
}

const MEGABYTE = 1024 * 1024;

const toMessage = (resource: Resource): Communication => resource as unknown as Communication;

const carriesFiles = (message: Communication | undefined): boolean =>
  (message?.payload ?? []).some(({ contentAttachment }) => contentAttachment !== undefined);

/** The rule of messages, whose files are linked once all else is as it will be stored. */
export const withFilesOf =
  (rule: WriteRule, parts: FileRuleParts): WriteRule =>
  async (resource, previous, context) => {
    const ruled = await rule(resource, previous, context);
    const before = previous && toMessage(previous);
    if (![toMessage(ruled.resource), before].some(carriesFiles)) return ruled;
    const limits = limitsOf(await parts.configuration());
    const { message, step: files } = await withFiles(
      toMessage(ruled.resource),
      before,
      fileParts(context, limits, parts),
    );
    if (hasHeldFile(message, parts.definitions.own)) context.warnings.push(heldFile);
    return { resource: message as unknown as Resource, step: combined(ruled.step ?? step({}), files) };
  };

function fileParts(context: Context, limits: FileLimits, parts: FileRuleParts): AttachmentParts {
  return {
    author: context.actor.subject,
    seen: readerOf(context, context.store, parts),
    all: readerOf(context, context.asSystem('a message: its files'), parts),
    base: context.endpoint.url,
    ids: parts.ids,
    files: { ...parts.files, sent: (...file) => sentFile(file, context, parts) },
    limits,
  };
}

/** The audit of what is refused names the virus. */
async function sentFile(
  file: Parameters<Files['sent']>,
  { details }: Context,
  { files }: FileRuleParts,
): ReturnType<Files['sent']> {
  const facts = await files.sent(...file);
  if (facts?.virus !== undefined) details.push(virusFound(facts.virus));
  return facts;
}

const limitsOf = (configuration: Configuration): FileLimits => ({
  types: configuration['attachment-type'],
  file: configuration['attachment-megabytes'] * MEGABYTE,
  message: configuration['message-megabytes'] * MEGABYTE,
  count: configuration['attachments-of-message'],
});

/** Binaries: a new one is its uploader's to attach; a file of a message does not change. People send what messages carry. */
export const uploadRule =
  ({ clock, configuration, files }: FileRuleParts): WriteRule =>
  async (resource, previous, { actor, endpoint }) => {
    if (actor.kind !== 'system') await refuseUpload(resource, limitsOf(await configuration()), files);
    if (!previous) {
      const placed = withContext(resource, actor);
      const documents = [uploadedBy(resource.id ?? '', actor.subject, placed !== resource, clock.now())];
      return { resource: placed, step: step({ documents }) };
    }
    if (isFileOfMessage(previous, endpoint.url) && !isSame(resource, previous)) {
      throw new Fault('conflict', 'A file of a message does not change; attach another one.', {
        expression: 'Binary',
      });
    }
    return { resource };
  };

/** Faults `unsupported-media` for a type that is not allowed or not the content's own, `too-large`. */
async function refuseUpload(binary: Resource, { types, file }: FileLimits, files: Files): Promise<void> {
  const contentType = String(binary['contentType']);
  const refused = (message: string): Fault =>
    new Fault('unsupported-media', message, { expression: 'Binary.contentType' });
  if (!types.includes(bareType(contentType))) {
    throw refused(`Files of this type are not taken here. Allowed are ${types.join(', ')}.`);
  }
  const { data } = binary;
  // What is no base64 has no content to be told by: it is refused by its place, after this rule.
  if (typeof data === 'string' && !isBase64(data)) return;
  const { size, isAsNamed } = await files.uploaded(binary);
  if (size > file) throw new Fault('too-large', `The file has more than ${file} bytes.`, { expression: 'Binary.data' });
  if (!isAsNamed) throw refused('The content is of another type than it is said to be.');
}

/** Until a message takes it, the upload of a patient is of their own record; that of a proxy of the one whom they act for. */
function withContext(resource: Resource, { kind, self, patients }: Context['actor']): Resource {
  if (kind !== 'patient' || resource['securityContext'] !== undefined) return resource;
  const [only, ...others] = self === undefined ? patients : [self];
  if (only !== undefined && others.length === 0)
    return { ...resource, securityContext: { reference: `Patient/${only}` } };
  throw new Fault('unprocessable', 'Whose file this is must be said: securityContext names a patient.', {
    code: 'required',
    expression: 'Binary.securityContext',
  });
}

function isFileOfMessage({ securityContext }: Resource, base: string): boolean {
  const reference = (securityContext as JsonObject | undefined)?.['reference'];
  return typeof reference === 'string' && localReference(reference, [base])?.type === 'Communication';
}

/** Labels of the resource as a whole do not count. */
function isSame(one: Resource, other: Resource): boolean {
  const [some, others] = [one, other].map(({ meta: _meta, ...rest }) => withDigest(rest as Resource));
  return isDeepStrictEqual(some, others);
}
