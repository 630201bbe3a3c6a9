/** Task/$claim: an agent takes a work item of their workflow group. */
import { workItemOperation } from '../work-item-operation.js';

export const claim = workItemOperation('claim');
