/** Threads of messages: the message answered, and the first message. */
import type { Communication } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { WorkflowReader } from './step.js';

export interface Thread {
  /** The message answered. */
  parent: Communication;
  /** The first message; the parent itself, if that is the first. */
  root: Communication;
}

/**
 * The thread that a message continues; undefined for a first message. The reader sees as much as the
 * sender: another person's thread is no thread. Fault `not-found`.
 */
export async function threadOf(message: Communication, reader: WorkflowReader): Promise<Thread | undefined> {
  const answered = message.inResponseTo?.[0]?.reference ?? message.partOf?.[0]?.reference;
  if (answered === undefined) return undefined;
  const parent = await messageAt(answered, 'Communication.inResponseTo', reader);
  const first = parent.partOf?.[0]?.reference;
  return { parent, root: first === undefined ? parent : await messageAt(first, 'Communication.partOf', reader) };
}

async function messageAt(reference: string, expression: string, reader: WorkflowReader): Promise<Communication> {
  const found = reference.startsWith('Communication/') ? await reader.get<Communication>(reference) : undefined;
  if (!found) throw new Fault('not-found', 'The message answered does not exist.', { expression });
  return found.resource;
}
