/** Task/$transfer: a work item goes to another workflow group, or to another agent of its group. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { TransferInput, TransferOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createTransfer = (parts: WorkflowParts): Operation<TransferInput, TransferOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'transfer', parts, ({ to }) =>
    to?.reference?.startsWith('Organization/') === true ? 'transfer' : 'hand-on',
  );
