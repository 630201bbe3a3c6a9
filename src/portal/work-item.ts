/**
 * The work item: a Task (profile work-item) about a patient's message, in a workflow group.
 * requested → in-progress (claimed: the owner is the agent) → requested (released) | completed
 */
import type { Communication, PractitionerRole, Reference, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { boundsOf, holds } from '../fhir/period.js';
import { bare } from './bare.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Query } from '../fhir/request.js';
import type { WorkflowReader } from './step.js';
import { statusStates, type Moving, type Workflow } from './workflow.js';
import { defined } from '../fhir/defined.js';

export type WorkItemMove = 'claim' | 'release' | 'complete';

export interface Handling {
  /** Kept with the work item. */
  note?: string;
}

/** Whether the mover may process the work items of this group now. */
type Entitled = boolean;

const offered = { by: ['staff'], operation: true, reads: entitlement } as const;

export const workItemWorkflow = (own: OwnCanonicals): Workflow<WorkItemMove, Task, Handling, Entitled> => ({
  name: 'work item',
  resource: 'Task',
  governs: ({ code }) => own.hasCode(code && [code], 'task-code', 'workbench'),
  states: statusStates<Task>('requested', 'in-progress', 'completed'),
  moves: {
    claim: { ...offered, from: ['requested'], to: 'in-progress', guard: mayProcess, change: ownedByAgent },
    release: { ...offered, from: ['in-progress'], to: 'requested', guard: hasClaimed, change: ownedByGroup },
    complete: { ...offered, from: ['in-progress'], to: 'completed', guard: hasClaimed, change: touched },
  },
});

function entitlement(task: Task, { by, all, now }: Moving): Promise<Entitled> {
  return isEntitled(by.fhirUser ?? '', workflowGroupOf(task, all.own)?.reference, all, now);
}

function mayProcess(_task: Task, _moving: Moving, entitled: Entitled): void {
  if (!entitled) throw new Fault('forbidden', 'Only an active agent or manager of the workflow group may process it.');
}

function hasClaimed(task: Task, moving: Moving, entitled: Entitled): void {
  mayProcess(task, moving, entitled);
  if (task.owner?.reference !== moving.by.fhirUser) {
    throw new Fault('conflict', 'Somebody else has claimed this work item.', { expression: 'Task.owner' });
  }
}

function ownedByAgent(task: Task, moving: Moving<Handling>): Partial<Task> {
  return { ...touched(task, moving), owner: { reference: moving.by.fhirUser ?? '' } };
}

function ownedByGroup(task: Task, moving: Moving<Handling>): Partial<Task> {
  const group = workflowGroupOf(task, moving.all.own);
  return { ...touched(task, moving), ...defined({ owner: group }) };
}

function touched({ note = [] }: Task, { by, now, input }: Moving<Handling>): Partial<Task> {
  const { note: text } = input;
  const author = { authorReference: { reference: by.fhirUser ?? '' }, time: instant(now) };
  const added = text === undefined ? [] : [{ ...author, text }];
  const notes = [...note, ...added];
  return { lastModified: instant(now), ...(notes.length === 0 ? {} : { note: notes }) };
}

const GROUP = 'workflow-group-of';

const workflowGroupOf = (task: Task, own: OwnCanonicals): Reference | undefined =>
  task.extension?.find(({ url }) => url === own.structure(GROUP))?.valueReference;

/** A new work item: a patient's message for the agents of this group. */
export function newWorkItem(message: Communication, group: string, world: World, own: OwnCanonicals): Task {
  const now = instant(world.clock.now());
  return {
    resourceType: 'Task',
    id: world.ids.next(),
    meta: { profile: [own.structure('work-item')] },
    extension: [{ url: own.structure(GROUP), valueReference: { reference: group } }],
    status: 'requested',
    intent: 'order',
    code: own.concept('task-code', 'workbench'),
    focus: { reference: `Communication/${message.id}` },
    ...defined({ for: message.subject && bare(message.subject) }),
    authoredOn: now,
    lastModified: now,
    ...defined({ requester: message.sender && bare(message.sender) }),
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
  const isHeld = (code: string, of = roles): boolean => of.some(role => reader.own.hasCode(role.code, 'role', code));
  const here = roles.filter(({ organization }) => group !== undefined && organization?.reference === group);
  return isHeld('workbench-user') && isHeld('task-processing') && (isHeld('agent', here) || isHeld('manager', here));
}
