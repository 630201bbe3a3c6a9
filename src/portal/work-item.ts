/**
 * The work item: a Task (profile work-item) about a patient's message, in a workflow group.
 * requested → in-progress (claimed: the owner is the agent) → requested (released) | completed
 */
import type { Communication, PractitionerRole, Reference, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { boundsOf, holds } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import { concept, hasCode, profile, WORKFLOW_GROUP_OF } from './codes.js';
import type { WorkflowReader } from './step.js';
import { transition, type Transitions } from './transition.js';
import { defined } from '../fhir/defined.js';

export type WorkItemMove = 'claim' | 'release' | 'complete';

export interface Handling {
  /** The caller: `Practitioner/1`. */
  agent: string;
  /** Whether the agent may process tasks of this group now. */
  entitled: boolean;
  now: number;
  note?: string;
}

export const moves: Transitions<WorkItemMove, Task, Handling> = {
  claim: { from: ['requested'], to: 'in-progress', guard: entitled, change: ownedByAgent },
  release: { from: ['in-progress'], to: 'requested', guard: owned, change: ownedByGroup },
  complete: { from: ['in-progress'], to: 'completed', guard: owned, change: touched },
};

/** The work item after a move. Faults: `forbidden`, `conflict`. */
export function moveWorkItem(task: Task, move: WorkItemMove, handling: Handling): Task {
  if (!hasCode(task.code && [task.code], 'task-code', 'workbench')) {
    throw new Fault('conflict', 'This Task is no work item of the Workbench.', { expression: 'Task.code' });
  }
  return transition(moves, move, task, handling).resource;
}

function entitled(_task: Task, handling: Handling): void {
  if (!handling.entitled)
    throw new Fault('forbidden', 'Only an active agent or manager of the workflow group may process it.');
}

function owned(task: Task, handling: Handling): void {
  entitled(task, handling);
  if (task.owner?.reference !== handling.agent) {
    throw new Fault('conflict', 'Somebody else has claimed this work item.', { expression: 'Task.owner' });
  }
}

function ownedByAgent(task: Task, handling: Handling): Partial<Task> {
  return { ...touched(task, handling), owner: { reference: handling.agent } };
}

function ownedByGroup(task: Task, handling: Handling): Partial<Task> {
  const group = workflowGroupOf(task);
  return { ...touched(task, handling), ...defined({ owner: group }) };
}

function touched({ note = [] }: Task, { agent, now, note: text }: Handling): Partial<Task> {
  const added = text === undefined ? [] : [{ authorReference: { reference: agent }, time: instant(now), text }];
  const notes = [...note, ...added];
  return { lastModified: instant(now), ...(notes.length === 0 ? {} : { note: notes }) };
}

export const workflowGroupOf = (task: Task): Reference | undefined =>
  task.extension?.find(({ url }) => url === WORKFLOW_GROUP_OF)?.valueReference;

/** A new work item: a patient's message for whoever works in this group. */
export function newWorkItem(message: Communication, group: string, world: World): Task {
  const now = instant(world.clock.now());
  return {
    resourceType: 'Task',
    id: world.ids.next(),
    meta: { profile: [profile('work-item')] },
    extension: [{ url: WORKFLOW_GROUP_OF, valueReference: { reference: group } }],
    status: 'requested',
    intent: 'order',
    code: concept('task-code', 'workbench'),
    focus: { reference: `Communication/${message.id}` },
    ...defined({ for: message.subject }),
    authoredOn: now,
    lastModified: now,
    ...defined({ requester: message.sender }),
    owner: { reference: group },
  };
}

/** The four conditions of MSG-6: enabled on the Workbench, task processing, active agent or manager, of this group. */
export async function isEntitled(
  agent: string,
  group: string | undefined,
  reader: WorkflowReader,
  now: number,
): Promise<boolean> {
  const query: Query = [
    ['practitioner', agent],
    ['active', 'true'],
  ];
  const found = await reader.find<PractitionerRole>('PractitionerRole', query, 100);
  const roles = found.map(({ resource }) => resource).filter(({ period }) => holds(boundsOf(period), now));
  const isHeld = (code: string, of = roles): boolean => of.some(role => hasCode(role.code, 'role', code));
  const here = roles.filter(({ organization }) => group !== undefined && organization?.reference === group);
  return isHeld('workbench-user') && isHeld('task-processing') && (isHeld('agent', here) || isHeld('manager', here));
}
