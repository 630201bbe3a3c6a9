/** How urgent a work item is: those who manage its group say so, record systems by a plain update, and the server when it is overdue. */
import type { Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { entitlementOf } from './entitlement.js';
import { dueAt, touched, workflowGroupOf, workItemWorkflow, type Handling } from './work-item.js';
import { stateOf, type Moving } from './workflow.js';

export type Priority = NonNullable<Task['priority']>;

/** The least urgent first. https://hl7.org/fhir/R4/valueset-request-priority.html */
export const PRIORITIES: readonly Priority[] = ['routine', 'urgent', 'asap', 'stat'];

export const isPriority = (code: string): code is Priority => (PRIORITIES as readonly string[]).includes(code);

export interface Prioritizing extends Pick<Handling, 'due' | 'note'> {
  readonly priority: Priority;
}

/** Faults: `forbidden` for those who do not manage the group, `conflict` where the item is done or none. */
export async function prioritized(task: Task, moving: Moving<Prioritizing>): Promise<Task> {
  const { by, all, now, input } = moving;
  const workflow = workItemWorkflow(all.own);
  if (!workflow.governs(task)) throw new Fault('conflict', 'This Task is no work item.');
  const group = workflowGroupOf(task, all.own)?.reference;
  const { manages } = await entitlementOf(by.fhirUser ?? '', group, all, now);
  if (!manages) throw new Fault('forbidden', 'Those who manage the workflow group say how urgent its work is.');
  const state = stateOf(workflow, task, by);
  if (state === 'done' || state === 'cancelled')
    throw new Fault('conflict', `This work item is ${state}.`, { expression: 'Task.status' });
  return { ...task, ...touched(task, moving), ...dueAt(input.due, task, all.own), priority: input.priority };
}
