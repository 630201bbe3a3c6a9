/** RelatedPerson/$unlink-proxy: somebody no longer acts for a patient, from the next request on. */
import type { RelatedPerson } from 'fhir/r4.js';
import { proxyWorkflow } from '../../portal/proxy-workflow.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { UnlinkProxyInput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createUnlinkProxy = (parts: WorkflowParts): Operation<UnlinkProxyInput, { return: RelatedPerson }> =>
  operationOf(proxyWorkflow(parts.definitions.own), 'unlink-proxy', parts);
