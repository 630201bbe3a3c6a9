/** The review of a possible duplicate: a Task (profile duplicate-review). requested → completed (one person) | rejected (two). */
import type { Task } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { instant } from '../fhir/instant.js';
import { statusStates, type Moving, type Workflow } from './workflow.js';

export type DuplicateReviewMove = 'confirm' | 'reject';

const touched = (_task: Task, { now }: Moving): Partial<Task> => ({ lastModified: instant(now) });

const decided = {
  from: ['requested'],
  by: ['system', 'staff'],
  operation: true,
  repeatable: true,
  change: touched,
} as const;

export const duplicateReviewWorkflow = (own: OwnCanonicals): Workflow<DuplicateReviewMove, Task> => ({
  name: 'duplicate review',
  resource: 'Task',
  governs: ({ code }) => own.hasCode(code && [code], 'task-code', 'review-duplicate'),
  states: statusStates<Task>('requested', 'completed', 'rejected'),
  moves: {
    confirm: { ...decided, to: 'completed' },
    reject: { ...decided, to: 'rejected' },
  },
});
