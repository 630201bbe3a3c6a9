/** Task/$assign: a manager or healthcare administrator gives a work item to an agent of its group. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { AssignInput, AssignOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createAssign = (parts: WorkflowParts): Operation<AssignInput, AssignOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'assign', parts);
