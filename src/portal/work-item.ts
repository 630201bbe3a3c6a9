/**
 * The work item: a Task (profile work-item) about a thread of messages, in a workflow group.
 * queued (ready) → claimed (in-progress; the owner is the agent) ⇄ waiting (on-hold: for the patient) → queued (released,
 * unassigned, transferred) | done (completed) → queued (reopened); while it is open, cancelled where its messages are retracted
 */
import type { CodeableConcept, Reference, Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { defined } from '../fhir/defined.js';
import { ESCALATED, escalationOf, withoutEscalation } from './escalated.js';
import { entitlementOf, type Entitlement } from './entitlement.js';
import { noteBy } from './work-note.js';
import { placeIn, type Place } from './work-place.js';
import type { Moving, State, Workflow } from './workflow.js';

export type WorkItemMove =
  | ('claim' | 'release' | 'wait' | 'resume' | 'complete' | 'reopen')
  | ('assign' | 'unassign' | 'transfer' | 'hand-on')
  | ('answer' | 'withdraw' | 'recall');

export interface Handling {
  /** Kept with the work item. */
  note?: string;
  /** Of an assignment: the agent. */
  owner?: Reference;
  /** Of a transfer: the workflow group, or the agent of the same group. */
  to?: Reference;
  /** Of an assignment: when the work is due, a dateTime. */
  due?: string;
}

/** What the mover may do with it, and whether the agent whom it is assigned to may process it. */
interface Known extends Entitlement {
  readonly assignee: boolean;
  /** Of a move into the queue of a group: what is there. */
  readonly place?: Place;
}

const offered = { by: ['staff'], operation: true, reads: known } as const;
const held = ['claimed', 'waiting'];
const open = ['queued', ...held];

export const workItemWorkflow = (own: OwnCanonicals): Workflow<WorkItemMove, Task, Handling, Known> => ({
  name: 'work item',
  resource: 'Task',
  governs: ({ code }) => own.hasCode(code && [code], 'task-code', 'workbench'),
  states: {
    // A Task of earlier builds waits with the status `requested`.
    queued: state(['ready', 'requested'], 'queued', own),
    claimed: state(['in-progress'], 'claimed', own),
    waiting: state(['on-hold'], 'waiting', own),
    done: state(['completed'], 'done', own),
    cancelled: state(['cancelled'], 'cancelled', own),
  },
  settled: task => ({
    'Task.owner': task.owner?.reference,
    'Task.extension': workflowGroupOf(task, own)?.reference,
    [`Task.extension('${own.structure(ESCALATED)}')`]: escalationOf(task, own),
    'Task.groupIdentifier': task.groupIdentifier?.value,
    'Task.businessStatus': task.businessStatus?.coding?.[0]?.code,
    'Task.focus': task.focus?.reference,
    'Task.for': task.for?.reference,
    'Task.note': task.note && JSON.stringify(task.note),
  }),
  moves: {
    claim: { ...offered, from: ['queued'], to: 'claimed', guard: mayProcess, change: ownedByAgent },
    release: { ...offered, from: held, to: 'queued', guard: mayRelease, change: ownedByGroup },
    // For the patient, whose next message resumes it.
    wait: { ...offered, from: ['claimed'], to: 'waiting', guard: hasClaimed, change: touched },
    resume: {
      ...offered,
      by: ['staff', 'server'],
      from: ['waiting'],
      to: 'claimed',
      guard: mayResume,
      change: touched,
    },
    complete: { ...offered, from: held, to: 'done', guard: hasClaimed, change: touched },
    reopen: {
      ...offered,
      from: ['done'],
      to: 'queued',
      reads: knownHere,
      guard: mayReopen,
      change: ownedByGroup,
      criteria,
    },
    assign: { ...offered, from: open, to: 'claimed', guard: mayAssign, change: ownedByAssignee },
    // The server takes back what somebody has who works in the group no longer.
    unassign: {
      ...offered,
      by: ['staff', 'server'],
      from: held,
      to: 'queued',
      guard: mayUnassign,
      change: ownedByGroup,
    },
    // To another workflow group; the same operation hands it on to an agent of this one.
    transfer: {
      ...offered,
      from: open,
      to: 'queued',
      reads: knownThere,
      guard: mayTransfer,
      change: ownedByOther,
      criteria,
    },
    'hand-on': { by: ['staff'], from: open, to: 'claimed', reads: known, guard: mayHandOn, change: ownedByAssignee },
    // An answer that the record system sends to the patient.
    answer: { from: open, to: 'done', by: ['server'], change: touched },
    // Its sender retracts the last message that it is about.
    withdraw: { from: open, to: 'cancelled', by: ['server'], change: withdrawn },
    // Its only answer is retracted.
    recall: { from: ['done'], to: 'queued', by: ['server'], change: ownedByGroup },
  },
});

function state(statuses: readonly Task['status'][], code: string, own: OwnCanonicals): State<Task> {
  const [status = 'ready'] = statuses;
  const businessStatus: CodeableConcept = own.concept('work-item-status', code);
  return { has: task => statuses.includes(task.status), enter: { status, businessStatus } };
}

/** Of an assignment, or of a transfer within the group. */
const assigneeIn = ({ owner, to }: Handling): Reference | undefined => owner ?? to;

async function known(task: Task, { by, all, now, input }: Moving<Handling>): Promise<Known> {
  const group = workflowGroupOf(task, all.own)?.reference;
  const mover = await entitlementOf(by.fhirUser ?? '', group, all, now);
  const owner = assigneeIn(input);
  const assignee = owner !== undefined && (await entitlementOf(owner.reference ?? '', group, all, now)).processes;
  return { ...mover, assignee };
}

/** Knows besides what is open of the thread in the item's own group. */
async function knownHere(task: Task, moving: Moving<Handling>): Promise<Known> {
  const group = workflowGroupOf(task, moving.all.own)?.reference ?? '';
  return { ...(await known(task, moving)), place: await placeIn(group, task, moving) };
}

/** Knows besides what is in the group that the item is to go to. */
async function knownThere(task: Task, moving: Moving<Handling>): Promise<Known> {
  const { reference = '' } = moving.input.to ?? {};
  return { ...(await known(task, moving)), place: await placeIn(reference, task, moving) };
}

const criteria = (_task: Task, _moving: Moving<Handling>, { place }: Known) => place?.criteria ?? [];

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

const mayResume = (task: Task, moving: Moving, entitlement: Known): void => {
  if (moving.by.kind !== 'server') hasClaimed(task, moving, entitlement);
};

function mayManage(_task: Task, _moving: Moving, { manages }: Known): void {
  if (!manages)
    throw new Fault('forbidden', 'Only a manager of the workflow group, or an administrator, may assign it.');
}

const mayUnassign = (task: Task, moving: Moving, entitlement: Known): void => {
  if (moving.by.kind !== 'server') mayManage(task, moving, entitlement);
};

function mayAssign(task: Task, moving: Moving, entitlement: Known): void {
  mayManage(task, moving, entitlement);
  refuseAssignee(entitlement, 'owner');
}

function refuseAssignee({ assignee }: Known, parameter: string): void {
  if (assignee) return;
  throw new Fault('unprocessable', 'The agent may not process work items of this workflow group.', {
    expression: parameterPath(parameter),
  });
}

function mayReopen(task: Task, moving: Moving, entitlement: Known): void {
  if (!entitlement.manages) mayProcess(task, moving, entitlement);
  refuseSecond(entitlement);
}

/** One open item a thread and group. */
function refuseSecond({ place }: Known): void {
  if (!place?.isTaken) return;
  throw new Fault('conflict', 'The workflow group has an open work item of this thread.', {
    expression: 'Task.groupIdentifier',
  });
}

/** The agent who has it; of one that waits in the queue any agent; those who manage the group always. */
function mayGiveAway(task: Task, moving: Moving, entitlement: Known): void {
  if (entitlement.manages) return;
  if (task.owner?.reference === workflowGroupOf(task, moving.all.own)?.reference) mayProcess(task, moving, entitlement);
  else hasClaimed(task, moving, entitlement);
}

function mayHandOn(task: Task, moving: Moving, entitlement: Known): void {
  mayGiveAway(task, moving, entitlement);
  refuseAssignee(entitlement, 'to');
}

function mayTransfer(task: Task, moving: Moving<Handling>, entitlement: Known): void {
  mayGiveAway(task, moving, entitlement);
  const { to } = moving.input;
  const isSame = to?.reference === workflowGroupOf(task, moving.all.own)?.reference;
  if (isSame || entitlement.place?.isStaffed !== true) {
    throw new Fault('unprocessable', 'The work can go to another workflow group that is active and has agents.', {
      expression: "Parameters.parameter.where(name='to')",
    });
  }
  refuseSecond(entitlement);
}

function ownedByAgent(task: Task, moving: Moving<Handling>): Partial<Task> {
  return { ...touched(task, moving), owner: { reference: moving.by.fhirUser ?? '' } };
}

function ownedByAssignee(task: Task, moving: Moving<Handling>): Partial<Task> {
  const owner = assigneeIn(moving.input);
  return {
    ...touched(task, moving),
    ...defined({ owner: owner && { reference: owner.reference } }),
    ...dueAt(moving.input.due, task, moving.all.own),
  };
}

/** Another due time, with which the clock of the escalation starts anew; nothing where none is given. */
export function dueAt(due: string | undefined, task: Task, own: OwnCanonicals): Partial<Task> {
  if (due === undefined) return {};
  const { restriction } = task;
  const period = { ...restriction?.period, end: due };
  return { restriction: { ...restriction, period }, extension: withoutEscalation(task, own) };
}

function ownedByGroup(task: Task, moving: Moving<Handling>): Partial<Task> {
  const group = workflowGroupOf(task, moving.all.own);
  return { ...touched(task, moving), ...defined({ owner: group }) };
}

function ownedByOther(task: Task, moving: Moving<Handling>): Partial<Task> {
  const url = moving.all.own.structure(GROUP);
  const group = { reference: moving.input.to?.reference ?? '' };
  const extension = (task.extension ?? []).map(one => (one.url === url ? { ...one, valueReference: group } : one));
  return { ...touched(task, moving), owner: group, extension };
}

/** That it was changed now, with the note of whoever did it. */
export function touched({ note = [] }: Task, { by, now, input }: Moving<Pick<Handling, 'note'>>): Partial<Task> {
  const { note: text } = input;
  const added = text === undefined ? [] : [noteBy(by, text, now)];
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
