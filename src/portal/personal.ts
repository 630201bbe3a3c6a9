/**
 * Personal messaging: a Workbench user writes to a patient in their own name, and the replies lie in their own inbox, in no
 * queue.
 */
import type { Communication, Extension } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { isPatientSide } from './addressees.js';
import type { Author } from './author.js';
import { hasInbox, replyTo } from './reply-to.js';
import type { Step, WorkflowReader } from './step.js';
import type { Thread } from './thread.js';
import { joining, workOf } from './work.js';
import { openWorkItems } from './work-place.js';

export interface PersonalParts {
  readonly author: Author;
  /** Sees everything. */
  readonly all: WorkflowReader;
  readonly world: World;
  /** The organization lets Workbench users write personally. */
  readonly personal: boolean;
}

/** The extension that leads replies to the author's own inbox; none where the message is not personal. */
export function personalReplies(
  { sender }: Communication,
  thread: Thread | undefined,
  { author, all, personal }: PersonalParts,
): Extension[] {
  const { kind, fhirUser = '', roles } = author;
  const isOwn = kind === 'staff' && sender?.reference === fhirUser && roles.has('workbench-user');
  const continues = thread === undefined || replyTo(thread.root, all.own) === fhirUser;
  if (!personal || !isOwn || !continues) return [];
  return [{ url: all.own.structure('reply-to'), valueReference: { reference: fhirUser } }];
}

/**
 * The work of a patient's message. A reply to a personal message makes none, while its author takes it and nobody else is asked;
 * it joins what others work on in the thread. Faults as `workOf`.
 */
export async function workOfAnswer(
  message: Communication,
  thread: Thread | undefined,
  { all, world, personal }: PersonalParts,
): Promise<Step> {
  const person = thread && replyTo(thread.root, all.own);
  const isTheirs = person !== undefined && isFor(person, message) && personal;
  if (isTheirs && (await hasInbox(person, all, world.clock.now()))) {
    return joining(message, await openWorkItems(thread?.root.id ?? '', all), all, world);
  }
  return workOf(message, thread, all, world);
}

/** Whether nobody else on the organization's side is asked. */
const isFor = (person: string, { recipient = [] }: Communication): boolean =>
  recipient.every(one => one.reference === person || isPatientSide(one));
