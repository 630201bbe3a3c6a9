/**
 * Files of messages in one transaction: a new Binary that a message links is written with the message as its security context.
 * https://hl7.org/fhir/R4/binary.html
 */
import type { Attachment } from 'fhir/r4.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { localReference } from '../fhir/reference.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Entry } from './entry.js';
import type { ResolvedEntries } from './transaction-references.js';

const isMessage = ({ path }: Entry): boolean => path[0] === 'Communication';

/** A message asks what the files are that other entries write. */
export const messagesLast = (one: Entry, other: Entry): number => Number(isMessage(one)) - Number(isMessage(other));

export function withFilesOfMessages(resolved: ResolvedEntries, { workflows, url }: Endpoint): ResolvedEntries {
  if (!workflows) return resolved;
  const { entries, targets, assignedIds } = resolved;
  const messages = new Map(
    entries.filter(isMessage).flatMap(({ index, resource }) => {
      const [message = ''] = targets.get(index) ?? [];
      const subject = (resource?.['subject'] as JsonObject | undefined)?.['reference'];
      return filesOf(resource, url).map((file): [string, Message] => [file, { message, subject }]);
    }),
  );
  const attached = (entry: Entry): Entry => {
    const [name = ''] = targets.get(entry.index) ?? [];
    const linking = messages.get(name);
    if (!linking || !entry.resource || !assignedIds.has(entry.index)) return entry;
    return { ...entry, resource: fileOf(linking, entry.resource) };
  };
  return { ...resolved, entries: entries.map(attached) };
}

interface Message {
  message: string;
  subject: unknown;
}

/** `Binary/1` of each link in a message of whatever shape. */
function filesOf(resource: Resource | undefined, base: string): string[] {
  const payload = resource?.['payload'];
  if (!Array.isArray(payload)) return [];
  return payload.flatMap(part => {
    const { url } = ((part as JsonObject | null)?.['contentAttachment'] ?? {}) as Attachment;
    const local = typeof url === 'string' ? localReference(url, [base]) : undefined;
    return local?.type === 'Binary' ? [`Binary/${local.id}`] : [];
  });
}

/** A Binary with another context keeps it. */
function fileOf({ message, subject }: Message, binary: Resource): Resource {
  const context = (binary['securityContext'] as JsonObject | undefined)?.['reference'];
  const isFree = binary['securityContext'] === undefined || (subject !== undefined && context === subject);
  return isFree ? { ...binary, securityContext: { reference: message } } : binary;
}
