/** Task/$unassign: a manager or healthcare administrator takes a work item back into the queue of its group. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { UnassignInput, UnassignOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createUnassign = (parts: WorkflowParts): Operation<UnassignInput, UnassignOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'unassign', parts);
