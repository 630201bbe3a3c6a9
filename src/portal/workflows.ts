/** All workflows of the portal. */
import { accountWorkflow } from './account-workflow.js';
import { invitation } from './invitation.js';
import { messageWorkflow } from './message-workflow.js';
import { readMark } from './read-mark.js';
import { workItem } from './work-item.js';
import type { AnyWorkflow } from './workflow.js';

export const workflows: readonly AnyWorkflow[] = [invitation, accountWorkflow, messageWorkflow, readMark, workItem];
