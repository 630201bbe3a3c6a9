/** The work of a question, or of an answer, that its sender takes back. */
import type { Communication, Task } from 'fhir/r4.js';
import { isPatientSide } from './addressees.js';
import { changedAt } from './changed-at.js';
import { instant } from '../fhir/instant.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { workWithout } from './retracted-answer.js';
import { openWorkItems } from './work-place.js';
import { RETRACTED, workItemWorkflow } from './work-item.js';
import { move, SERVER } from './workflow.js';

type Part = NonNullable<Task['input']>[number];

const MESSAGE = 'message';

/**
 * An open work item with nothing left to answer is cancelled, and remains its owner's; in any other, the next message takes the
 * place of the one retracted. Both tell of it.
 * @param now milliseconds since the epoch
 */
export async function retractionOf(message: Communication, reader: WorkflowReader, now: number): Promise<Step> {
  const root = message.partOf?.[0]?.reference?.replace('Communication/', '') ?? message.id ?? '';
  if (message.sender && !isPatientSide(message.sender)) return workWithout(message, root, reader, now);
  const items = await openWorkItems(root, reader);
  const steps = items.map(item => without(`Communication/${message.id}`, item, reader, now));
  return combined(...(await Promise.all(steps)));
}

async function without(name: string, item: Versioned<Task>, reader: WorkflowReader, now: number): Promise<Step> {
  const task = item.resource;
  if (!messagesOf(task).includes(name)) return step({});
  const left = await Promise.all(messagesOf(task).map(async one => ((await isSent(one, name, reader)) ? one : [])));
  const [focus] = left.flat();
  if (focus !== undefined) return step({ writes: [changed(item, afterwards(task, name, focus, now))] });
  const moving = { by: SERVER, now, all: reader, input: {} };
  const { resource } = await move(workItemWorkflow(reader.own), 'withdraw', task, moving);
  return step({ writes: [changed(item, resource)] });
}

const isMessage = ({ type }: Part): boolean => type.text === MESSAGE;

/** The messages that an item is about, the oldest first. */
const messagesOf = ({ focus, input = [] }: Task): string[] =>
  [focus, ...input.filter(isMessage).map(one => one.valueReference)].flatMap(one => one?.reference ?? []);

async function isSent(name: string, retracted: string, reader: WorkflowReader): Promise<boolean> {
  if (name === retracted) return false;
  return (await reader.get<Communication>(name))?.resource.status === 'completed';
}

/** The item about the messages that are left. */
function afterwards(task: Task, retracted: string, focus: string, now: number): Task {
  const time = instant(changedAt(task, now));
  const input = (task.input ?? []).flatMap((one): Part[] => {
    const { reference } = one.valueReference ?? {};
    if (isMessage(one) && reference === focus) return [];
    return isMessage(one) && reference === retracted ? [] : [one];
  });
  return {
    ...task,
    lastModified: time,
    focus: { reference: focus },
    input: [...input, { type: { text: 'retracted message' }, valueReference: { reference: retracted } }],
    note: [...(task.note ?? []), { time, text: RETRACTED }],
  };
}
