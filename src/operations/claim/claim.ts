/** Task/$claim: an agent takes a work item of their workflow group. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { ClaimInput, ClaimOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createClaim = (parts: WorkflowParts): Operation<ClaimInput, ClaimOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'claim', parts);
