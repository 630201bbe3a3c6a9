/**
 * The work that messages make: one open work item for a thread and a workflow group. Later messages of the patient join it, an
 * answer of the record system completes it.
 */
import type { Communication, Reference, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { changedAt } from './changed-at.js';
import { bare } from './bare.js';
import { flowTo, isHandled, type UsableFlow } from './flow.js';
import { flowWithout } from './reply-to.js';
import { changed, combined, created, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import type { Thread } from './thread.js';
import { GROUP, workflowGroupOf, workItemWorkflow } from './work-item.js';
import { activeGroup, openItems, openWorkItems, threadIdentifier } from './work-place.js';
import { move, SERVER } from './workflow.js';

const HOUR = 3600_000;
/**
 * The work of a patient's message: for each clinical group that it goes to, the open item of the thread or a new one.
 * Fault `unprocessable` where a recipient takes no messages, or nobody could handle them.
 */
export async function workOf(
  message: Communication,
  thread: Thread | undefined,
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  const flows = await flowsFor(message, thread, reader, world.clock.now());
  const root = thread?.root.id ?? message.id ?? '';
  const groups = new Map(flows.map(flow => [flow.target, flow]));
  const steps = [...groups.values()].map(flow => workIn(flow, message, root, reader, world));
  return combined(...(await Promise.all(steps)));
}

/** The flows to its recipients; of a reply that names none of them, to the other side of the thread. */
async function flowsFor(
  { recipient = [], category }: Communication,
  thread: Thread | undefined,
  reader: WorkflowReader,
  now: number,
): Promise<UsableFlow[]> {
  const found = await flowsTo(recipient, category, reader, now);
  const lost = found.findIndex(({ to, flow }) => isGroup(to) && !flow);
  if (lost >= 0) throw unhandled(`Communication.recipient[${lost}]`);
  const flows = found.flatMap(({ flow }) => flow ?? []);
  if (flows.length > 0) return flows;
  const { root, parent } = thread ?? {};
  const others = [...(root?.recipient ?? []), root?.sender, parent?.sender].flatMap(one => one ?? []);
  const [flow] = (await flowsTo(others, category, reader, now)).flatMap(one => one.flow ?? []);
  const left = flow ?? (await flowWithout(root, category, reader, now));
  if (left) return [left];
  throw unhandled('Communication.recipient');
}

const isGroup = ({ reference = '' }: Reference): boolean => /^(?:Organization|HealthcareService)\//.test(reference);

const unhandled = (expression: string): Fault =>
  new Fault('unprocessable', 'The recipient takes no messages now: nobody could handle them.', { expression });

const flowsTo = (
  recipients: readonly Reference[],
  category: Communication['category'],
  reader: WorkflowReader,
  now: number,
): Promise<{ to: Reference; flow: UsableFlow | undefined }[]> =>
  Promise.all(recipients.map(async to => ({ to, flow: await flowTo(to.reference ?? '', category, reader, now) })));

async function workIn(
  flow: UsableFlow,
  message: Communication,
  root: string,
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  if (!isHandled(flow)) {
    throw new Fault(
      'unprocessable',
      'Messages to this clinical group go to an external system that is not connected yet.',
      {
        expression: 'Communication.recipient',
      },
    );
  }
  const open = await openWorkItems(root, reader, flow.target);
  const criteria = [reader.still('Task', openItems(root, flow.target, reader.own), open)];
  if (open.length > 0) return combined(step({ criteria }), await joining(message, open, reader, world));
  // A group that closes at this moment gets no more work.
  const query = activeGroup(flow.target, reader.own);
  const group = await reader.find('Organization', query, 1);
  if (group.length === 0) throw unhandled('Communication.recipient');
  const stays = reader.still('Organization', query, group);
  return step({
    writes: [created(newWorkItem(message, root, flow, world, reader.own))],
    criteria: [...criteria, stays],
  });
}

/** The work of a message that joins open items of its thread. */
export async function joining(
  message: Communication,
  open: readonly Versioned<Task>[],
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  const joined = open.map(async item => withMessage(await resumed(item.resource, reader, world), message, world));
  return step({ writes: (await Promise.all(joined)).map((task, at) => changed(open[at]!, task)) });
}

const partOf = (text: string, message: Communication) => ({
  type: { text },
  valueReference: { reference: `Communication/${message.id}` },
});

/** Work that waits for the patient goes on with the patient's message. */
async function resumed(task: Task, reader: WorkflowReader, { clock }: World): Promise<Task> {
  if (task.status !== 'on-hold') return task;
  const moving = { by: SERVER, now: clock.now(), all: reader, input: {} };
  return (await move(workItemWorkflow(reader.own), 'resume', task, moving)).resource;
}

function withMessage(task: Task, message: Communication, { clock }: World): Task {
  return {
    ...task,
    lastModified: instant(changedAt(task, clock.now())),
    input: [...(task.input ?? []), partOf('message', message)],
  };
}

function newWorkItem(
  message: Communication,
  root: string,
  { target, dueHours }: UsableFlow,
  { ids, clock }: World,
  own: OwnCanonicals,
): Task {
  const now = clock.now();
  const due = dueHours === undefined ? undefined : { period: { end: instant(now + dueHours * HOUR) } };
  return {
    resourceType: 'Task',
    id: ids.next(),
    meta: { profile: [own.structure('work-item')] },
    extension: [{ url: own.structure(GROUP), valueReference: { reference: target } }],
    groupIdentifier: threadIdentifier(root, own),
    ...workItemWorkflow(own).states['queued']?.enter,
    status: 'ready',
    intent: 'order',
    priority: 'routine',
    code: own.concept('task-code', 'workbench'),
    focus: { reference: `Communication/${message.id}` },
    ...defined({ for: message.subject && bare(message.subject) }),
    authoredOn: instant(now),
    lastModified: instant(now),
    ...defined({ requester: message.sender && bare(message.sender) }),
    owner: { reference: target },
    ...defined({ restriction: due }),
  };
}

/**
 * The record system has answered the patient in this thread: the open work item of the group in whose name it answers is done,
 * or else all of the thread.
 */
export async function answeredElsewhere(
  message: Communication,
  thread: Thread,
  reader: WorkflowReader,
  { clock }: World,
): Promise<Step> {
  const now = clock.now();
  const open = await openWorkItems(thread.root.id ?? '', reader);
  const flow = await flowTo(message.sender?.reference ?? '', message.category, reader, now);
  const theirs = open.filter(({ resource }) => workflowGroupOf(resource, reader.own)?.reference === flow?.target);
  const moving = { by: SERVER, now, all: reader, input: {} };
  const done = (theirs.length > 0 ? theirs : open).map(async item => {
    const { resource } = await move(workItemWorkflow(reader.own), 'answer', item.resource, moving);
    return step({
      writes: [changed(item, { ...resource, output: [...(resource.output ?? []), partOf('reply', message)] })],
    });
  });
  return combined(...(await Promise.all(done)));
}
