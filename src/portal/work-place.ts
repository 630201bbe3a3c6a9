/** The queue of a workflow group as the place of a thread's work: one open work item a thread and group. */
import type { Organization, Task } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Query } from '../fhir/request.js';
import type { Criterion } from '../store/port.js';
import { isStaffed } from './entitlement.js';
import type { Versioned, WorkflowReader } from './step.js';
import type { Moving } from './workflow.js';

/** Open items of one thread: one for each workflow group. */
const MOST = 50;
/** Work items that a thread ever has: its questions of many years. */
const MOST_EVER = 1000;

/** The statuses of work that is left to do; `requested` is that of earlier builds. */
export const OPEN_STATUSES = 'ready,requested,in-progress,on-hold';

export interface Place {
  /** Whether it is the queue of an active workflow group with somebody to process its work. */
  readonly isStaffed: boolean;
  /** Whether the group has an open item of the thread already. */
  readonly isTaken: boolean;
  /** The conditions under which that stays so. */
  readonly criteria: readonly Criterion[];
}

/** What names a thread in its work items: the id of its first message. */
export const threadIdentifier = (root: string, own: OwnCanonicals) => ({ system: `${own.base}/thread`, value: root });

export const openItems = (root: string, group: string | undefined, own: OwnCanonicals): Query => [
  ['group-identifier', `${own.base}/thread|${root}`],
  ['status', OPEN_STATUSES],
  ...(group === undefined ? [] : [['workflow-group', group] as const]),
];

/** The open work items of a thread, of one workflow group or of all. */
export function openWorkItems(root: string, reader: WorkflowReader, group?: string): Promise<Versioned<Task>[]> {
  return reader.find<Task>('Task', openItems(root, group, reader.own), MOST);
}

/** All work items of a thread, whatever their state. */
export const worksOf = (root: string, reader: WorkflowReader): Promise<Versioned<Task>[]> =>
  reader.find<Task>('Task', [['group-identifier', `${reader.own.base}/thread|${root}`]], MOST_EVER);

/** @param group `Organization/2`, or a reference to something else, which is no place */
export async function placeIn(group: string, task: Task, { all, now }: Moving): Promise<Place> {
  const root = task.groupIdentifier?.value ?? '';
  if (!(await isWorkflowGroup(group, all))) return { isStaffed: false, isTaken: false, criteria: [] };
  const found = await openWorkItems(root, all, group);
  const criteria = [all.still('Task', openItems(root, group, all.own), found)];
  const isTaken = found.some(({ resource }) => resource.id !== task.id);
  return { isStaffed: await isStaffed(group, all, now), isTaken, criteria };
}

/** What finds a workflow group while it is active. */
export const activeGroup = (reference: string, own: OwnCanonicals): Query => [
  ['_id', reference.slice('Organization/'.length)],
  ['type', `${own.codeSystem('organization-type')}|workflow-group`],
  ['active:not', 'false'],
];

/** Whether it is an active workflow group. */
export async function isWorkflowGroup(reference: string, reader: WorkflowReader): Promise<boolean> {
  const found = reference.startsWith('Organization/') ? await reader.get<Organization>(reference) : undefined;
  if (found === undefined || found.resource.active === false) return false;
  return reader.own.hasCode(found.resource.type, 'organization-type', 'workflow-group');
}
