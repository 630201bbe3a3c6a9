/** Task/$complete: an agent ends a work item they have claimed. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { CompleteInput, CompleteOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createComplete = (parts: WorkflowParts): Operation<CompleteInput, CompleteOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'complete', parts);
