/**
 * The work item: a Task (profile work-item) about a thread of messages, in a workflow group.
 * queued (ready) → claimed (in-progress; the owner is the agent) → queued (released) | done (completed); while it is open,
 * cancelled where its messages are retracted
 */
import type { CodeableConcept, Reference, Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { defined } from '../fhir/defined.js';
import { entitlementOf, type Entitlement } from './entitlement.js';
import type { Moving, State, Workflow } from './workflow.js';

export type WorkItemMove = 'claim' | 'release' | 'assign' | 'complete' | 'answer' | 'withdraw';

export interface Handling {
  /** Kept with the work item. */
  note?: string;
  /** Of an assignment: the agent. */
  owner?: Reference;
  /** Of an assignment: when the work is due, a dateTime. */
  due?: string;
}

/** What the mover may do with it, and whether the agent whom it is assigned to may process it. */
interface Known extends Entitlement {
  readonly assignee: boolean;
}

const offered = { by: ['staff'], operation: true, reads: known } as const;
const open = ['queued', 'claimed'];

export const workItemWorkflow = (own: OwnCanonicals): Workflow<WorkItemMove, Task, Handling, Known> => ({
  name: 'work item',
  resource: 'Task',
  governs: ({ code }) => own.hasCode(code && [code], 'task-code', 'workbench'),
  states: {
    // A Task of earlier builds waits with the status `requested`.
    queued: state(['ready', 'requested'], 'queued', own),
    claimed: state(['in-progress'], 'claimed', own),
    done: state(['completed'], 'done', own),
    cancelled: state(['cancelled'], 'cancelled', own),
  },
  settled: task => ({
    'Task.owner': task.owner?.reference,
    'Task.extension': workflowGroupOf(task, own)?.reference,
    'Task.groupIdentifier': task.groupIdentifier?.value,
    'Task.businessStatus': task.businessStatus?.coding?.[0]?.code,
    'Task.focus': task.focus?.reference,
    'Task.for': task.for?.reference,
  }),
  moves: {
    claim: { ...offered, from: ['queued'], to: 'claimed', guard: mayProcess, change: ownedByAgent },
    release: { ...offered, from: ['claimed'], to: 'queued', guard: mayRelease, change: ownedByGroup },
    assign: { ...offered, from: open, to: 'claimed', guard: mayAssign, change: ownedByAssignee },
    complete: { ...offered, from: ['claimed'], to: 'done', guard: hasClaimed, change: touched },
    // An answer that the record system sends to the patient.
    answer: { from: open, to: 'done', by: ['server'], change: touched },
    // Its sender retracts the last message that it is about.
    withdraw: { from: open, to: 'cancelled', by: ['server'], change: withdrawn },
  },
});

function state(statuses: readonly Task['status'][], code: string, own: OwnCanonicals): State<Task> {
  const [status = 'ready'] = statuses;
  const businessStatus: CodeableConcept = own.concept('work-item-status', code);
  return { has: task => statuses.includes(task.status), enter: { status, businessStatus } };
}

async function known(task: Task, { by, all, now, input }: Moving<Handling>): Promise<Known> {
  const group = workflowGroupOf(task, all.own)?.reference;
  const mover = await entitlementOf(by.fhirUser ?? '', group, all, now);
  const { owner } = input;
  const assignee = owner !== undefined && (await entitlementOf(owner.reference ?? '', group, all, now)).processes;
  return { ...mover, assignee };
}

function mayProcess(_task: Task, _moving: Moving, { processes }: Known): void {
  if (!processes) throw new Fault('forbidden', 'Only an active agent or manager of the workflow group may process it.');
}

const isOwner = ({ owner }: Task, { by }: Moving): boolean => owner?.reference === by.fhirUser;

function hasClaimed(task: Task, moving: Moving, entitlement: Known): void {
  mayProcess(task, moving, entitlement);
  if (!isOwner(task, moving)) {
    throw new Fault('conflict', 'Somebody else has claimed this work item.', { expression: 'Task.owner' });
  }
}

/** A claimed item does not stick to an agent who has left: those who manage the group take it back. */
function mayRelease(task: Task, moving: Moving, entitlement: Known): void {
  if (!entitlement.manages) hasClaimed(task, moving, entitlement);
}

function mayAssign(_task: Task, _moving: Moving, { manages, assignee }: Known): void {
  if (!manages)
    throw new Fault('forbidden', 'Only a manager of the workflow group, or an administrator, may assign it.');
  if (!assignee) {
    throw new Fault('unprocessable', 'The agent may not process work items of this workflow group.', {
      expression: "Parameters.parameter.where(name='owner')",
    });
  }
}

function ownedByAgent(task: Task, moving: Moving<Handling>): Partial<Task> {
  return { ...touched(task, moving), owner: { reference: moving.by.fhirUser ?? '' } };
}

function ownedByAssignee(task: Task, moving: Moving<Handling>): Partial<Task> {
  const { owner, due } = moving.input;
  const { restriction } = task;
  const period = { ...restriction?.period, ...defined({ end: due }) };
  return {
    ...touched(task, moving),
    ...defined({ owner: owner && { reference: owner.reference } }),
    ...(due === undefined ? {} : { restriction: { ...restriction, period } }),
  };
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

/** What a work item says of a message that was retracted. */
export const RETRACTED = 'Its sender has retracted the message.';

const withdrawn = (task: Task, moving: Moving<Handling>): Partial<Task> => ({
  ...touched(task, moving),
  statusReason: { text: RETRACTED },
});

/** Name of the extension that holds it. */
export const GROUP = 'workflow-group-of';

export const workflowGroupOf = (task: Task, own: OwnCanonicals): Reference | undefined =>
  task.extension?.find(({ url }) => url === own.structure(GROUP))?.valueReference;
