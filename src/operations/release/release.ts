/** Task/$release: an agent gives a claimed work item back to the group. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { ReleaseInput, ReleaseOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createRelease = (parts: WorkflowParts): Operation<ReleaseInput, ReleaseOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'release', parts);
