/** Task/$complete: an agent ends a work item they have claimed. */
import { workItemOperation } from '../work-item-operation.js';

export const complete = workItemOperation('complete');
