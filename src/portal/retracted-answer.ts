/** The work of a question whose answer its sender takes back: it is not lost, and whoever has it learns of it. */
import type { Communication, Task } from 'fhir/r4.js';
import { instant } from '../fhir/instant.js';
import { changedAt } from './changed-at.js';
import { changed, combined, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { workflowGroupOf, workItemWorkflow } from './work-item.js';
import { placeIn, worksOf } from './work-place.js';
import { move, SERVER } from './workflow.js';

const ANSWER_RETRACTED = 'The answer was retracted.';

/**
 * An item that is done, and has no other answer, goes back into the queue of its group, unless nobody could take it from there or
 * the thread has another open item in it. Each item that the answer was for tells of it.
 * @param root id of the thread's first message
 * @param now milliseconds since the epoch
 */
export async function workWithout(
  answer: Communication,
  root: string,
  reader: WorkflowReader,
  now: number,
): Promise<Step> {
  const name = `Communication/${answer.id}`;
  const items = (await worksOf(root, reader)).filter(({ resource }) => answersOf(resource).includes(name));
  return combined(...(await Promise.all(items.map(item => without(name, item, reader, now)))));
}

const answersOf = ({ output = [] }: Task): string[] =>
  output.flatMap(({ type, valueReference }) => (type.text === 'reply' ? (valueReference?.reference ?? []) : []));

async function without(name: string, item: Versioned<Task>, reader: WorkflowReader, now: number): Promise<Step> {
  const task = item.resource;
  const noted = withNote(task, now);
  const moving = { by: SERVER, now, all: reader, input: {} };
  if (task.status !== 'completed' || (await isAnswered(task, name, reader))) {
    return step({ writes: [changed(item, noted)] });
  }
  const { isStaffed, isTaken, criteria } = await placeIn(
    workflowGroupOf(task, reader.own)?.reference ?? '',
    task,
    moving,
  );
  if (!isStaffed || isTaken) return step({ writes: [changed(item, noted)], criteria: [...criteria] });
  const { resource } = await move(workItemWorkflow(reader.own), 'recall', noted, moving);
  return step({ writes: [changed(item, resource)], criteria: [...criteria] });
}

async function isAnswered(task: Task, retracted: string, reader: WorkflowReader): Promise<boolean> {
  const others = answersOf(task).filter(one => one !== retracted);
  const found = await Promise.all(others.map(one => reader.get<Communication>(one)));
  return found.some(one => one?.resource.status === 'completed');
}

function withNote(task: Task, now: number): Task {
  const time = instant(changedAt(task, now));
  return { ...task, lastModified: time, note: [...(task.note ?? []), { time, text: ANSWER_RETRACTED }] };
}
