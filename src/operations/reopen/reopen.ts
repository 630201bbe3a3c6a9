/** Task/$reopen: work that was done goes back into the queue of its group. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { ReopenInput, ReopenOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createReopen = (parts: WorkflowParts): Operation<ReopenInput, ReopenOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'reopen', parts);
