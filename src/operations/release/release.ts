/** Task/$release: an agent gives a claimed work item back to the group. */
import { workItemOperation } from '../work-item-operation.js';

export const release = workItemOperation('release');
