/** Communication/$mark-read: the caller has read this message. Calling it again changes nothing. */
import { readMarkWorkflow } from '../../portal/read-mark.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { MarkReadInput, MarkReadOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createMarkRead = (parts: WorkflowParts): Operation<MarkReadInput, MarkReadOutput> =>
  operationOf(readMarkWorkflow(parts.definitions.own), 'mark-read', parts);
