/** Task/$wait: the work item waits for the patient. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { WaitInput, WaitOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createWait = (parts: WorkflowParts): Operation<WaitInput, WaitOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'wait', parts);
