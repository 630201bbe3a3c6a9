/** Answers: which messages may be answered, and the work item that an answer of staff belongs to. */
import { changedAt } from './changed-at.js';
import type { Communication, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { extensionOf } from './message-extensions.js';
import type { Author } from './author.js';
import type { Versioned, WorkflowReader } from './step.js';
import type { Thread } from './thread.js';
import { openWorkItems } from './work-place.js';

export interface AnswerParts {
  readonly author: Author;
  /** Sees as much as the author. */
  readonly seen: WorkflowReader;
  /** Sees everything. */
  readonly all: WorkflowReader;
}

/** Fault `conflict` for an answer to what is no message that was sent, or to one that patients may not answer. */
export function refuseUnanswerable({ parent }: Thread, { author, all }: Pick<AnswerParts, 'author' | 'all'>): void {
  const expression = 'Communication.inResponseTo';
  if (parent.status !== 'completed') {
    throw new Fault('conflict', 'A message that was not sent, or was retracted, is not answered.', { expression });
  }
  const closed = extensionOf(parent, 'reply-allowed', all.own)?.valueBoolean === false;
  if (author.kind === 'patient' && closed) {
    throw new Fault('conflict', 'This message cannot be answered.', { expression });
  }
}

const expression = 'Communication.basedOn';

/** The work item that is named by the message, with the message it is about. Fault `not-found`. */
export async function taskNamed(
  { basedOn }: Communication,
  { author, seen }: AnswerParts,
): Promise<Versioned<Task> | undefined> {
  const reference = basedOn?.map(one => one.reference ?? '').find(one => one.startsWith('Task/'));
  if (reference === undefined || author.kind !== 'staff') return undefined;
  const task = await seen.get<Task>(reference);
  if (!task) throw new Fault('not-found', 'The work item does not exist.', { expression });
  return task;
}

/**
 * The work item that staff answer by a message: the one named, or else the open one of the thread. Fault `conflict` where the
 * author has not claimed it.
 */
export async function taskAnswered(
  named: Versioned<Task> | undefined,
  thread: Thread | undefined,
  parts: AnswerParts,
): Promise<Versioned<Task> | undefined> {
  if (parts.author.kind !== 'staff') return undefined;
  const open = named ? [named] : thread ? await openWorkItems(thread.root.id ?? '', parts.all) : [];
  const claimed = open.find(({ resource }) => isClaimedBy(parts.author, resource));
  if (open.length === 0 || claimed) return claimed;
  throw new Fault('conflict', 'Only who has claimed a work item may answer by it.', { expression });
}

const isClaimedBy = ({ identities }: Author, { status, owner }: Task): boolean =>
  (status === 'in-progress' || status === 'on-hold') && identities.includes(owner?.reference ?? '');

/** The work item with an answer among its outputs. */
export function withReply(task: Task, message: Communication, world: World): Task {
  const reply = { type: { text: 'reply' }, valueReference: { reference: `Communication/${message.id}` } };
  const lastModified = instant(changedAt(task, world.clock.now()));
  return { ...task, lastModified, output: [...(task.output ?? []), reply] };
}
