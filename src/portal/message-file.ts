/** Files of messages, what they are by their own bytes, and which of them messages may carry. */
import type { Attachment, Binary, Communication } from 'fhir/r4.js';
import type { Ids } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault, type FaultKind } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import type { Version } from '../store/port.js';
import type { Step, WorkflowReader } from './step.js';

/** What a file is by its own bytes. */
export interface FileFacts {
  /** Bytes. */
  readonly size: number;
  /** SHA-1, in base64, as an Attachment has it. */
  readonly hash: string;
  /** Whether its bytes are of the media type that its sender names. */
  readonly isAsNamed: boolean;
  /** A code of virus-scan-state; absent for a file that is clean, and where there is no scanner. */
  readonly scan?: ScanState;
}

export type ScanState = 'held' | 'infected';

export interface SentFacts extends FileFacts {
  /** The elements of a Binary that holds it. */
  readonly content: Pick<Binary, 'data' | '_data'>;
  /** The name of the virus in it. */
  readonly virus?: string;
}

/** Reads files. Resolves with undefined for one of more bytes than `most`, without reading all of it. */
export interface Files {
  /** @param data base64 */
  sent(contentType: string, data: string, most: number): Promise<SentFacts | undefined>;
  /** @param binary as it is sent, or as it is stored */
  uploaded(binary: Resource): Promise<Pick<FileFacts, 'size' | 'isAsNamed'>>;
  /** @param binary a stored Binary */
  stored(binary: Version, most: number): Promise<FileFacts | undefined>;
}

export interface FileLimits {
  /** Media types, without parameters. */
  readonly types: readonly string[];
  /** Bytes of one file. */
  readonly file: number;
  /** Bytes of all files of a message. */
  readonly message: number;
  /** Files of a message. */
  readonly count: number;
}

export interface AttachmentParts {
  /** Stable name of the author: `Person/1`. */
  readonly author: string;
  /** Sees as much as the author. */
  readonly seen: WorkflowReader;
  /** Sees everything. */
  readonly all: WorkflowReader;
  /** Of the endpoint's addresses, without trailing slash. */
  readonly base: string;
  readonly ids: Ids;
  readonly files: Files;
  readonly limits: FileLimits;
}

/** A file as the message carries it, and what is written with the message. */
export interface Attached {
  readonly attachment: Attachment;
  readonly step: Step;
  readonly scan?: ScanState;
}

/** One attachment as sent. */
export interface SentFile {
  readonly attachment: Attachment;
  readonly message: Communication;
  /** FHIRPath of the attachment. */
  readonly path: string;
  /** Bytes that it may have. */
  readonly most: number;
}

/** Fault `unprocessable` for a media type that messages do not carry here. */
export function refuseType(contentType: string, { path }: SentFile, { types }: FileLimits): void {
  if (types.includes(bareType(contentType))) return;
  throw refused(`${path}.contentType`, `Files of this type are not attached here. Allowed are ${types.join(', ')}.`);
}

/** The facts of a file that is small enough, is of the type it is said to be, and is what its sender says of it. */
export function checked<F extends FileFacts>(facts: F | undefined, { attachment, path, most }: SentFile): F {
  if (!facts)
    throw refused(path, `The file has more than the ${most} bytes that are left for it.`, 'too-long', 'too-large');
  const { size, hash } = attachment;
  if (!facts.isAsNamed) throw refused(`${path}.contentType`, 'The content is of another type than it is said to be.');
  if (size !== undefined && size !== facts.size) throw refused(`${path}.size`, 'The content has another size.');
  if (hash !== undefined && hash !== facts.hash) throw refused(`${path}.hash`, 'The content has another SHA-1.');
  if (facts.scan === 'infected') {
    throw new Fault('unprocessable', 'The file holds a virus.', { expression: path, because: 'infected' });
  }
  return facts;
}

export const refused = (expression: string, message: string, code?: string, kind: FaultKind = 'unprocessable'): Fault =>
  new Fault(kind, message, { expression, ...defined({ code }) });

/** The media type without parameters. */
export const bareType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();
