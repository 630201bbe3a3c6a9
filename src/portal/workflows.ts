/** All workflows of the portal. */
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { accountWorkflow } from './account-workflow.js';
import { duplicateReviewWorkflow } from './duplicate-review.js';
import { invitationWorkflow } from './invitation.js';
import { messageWorkflow } from './message-workflow.js';
import { proxyInvitationWorkflow } from './proxy-invitation.js';
import { proxyWorkflow } from './proxy-workflow.js';
import { workItemWorkflow } from './work-item.js';
import type { AnyWorkflow } from './workflow.js';

export const workflows = (own: OwnCanonicals): readonly AnyWorkflow[] => [
  invitationWorkflow(own),
  accountWorkflow(own),
  proxyWorkflow(own),
  proxyInvitationWorkflow(own),
  messageWorkflow,
  duplicateReviewWorkflow(own),
  workItemWorkflow(own),
];
