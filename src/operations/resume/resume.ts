/** Task/$resume: work that waited for the patient goes on. */
import { workItemWorkflow } from '../../portal/work-item.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { ResumeInput, ResumeOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createResume = (parts: WorkflowParts): Operation<ResumeInput, ResumeOutput> =>
  operationOf(workItemWorkflow(parts.definitions.own), 'resume', parts);
