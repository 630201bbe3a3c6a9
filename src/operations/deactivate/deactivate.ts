/** Person/$deactivate: an account is closed. Its sessions and what it granted to apps end with it. */
import { accountWorkflow } from '../../portal/account-workflow.js';
import { move } from '../../portal/workflow.js';
import { accountOperation, standingStep, type AccountCall } from '../account-operation.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createDeactivate = (parts: WorkflowParts) =>
  accountOperation(
    'deactivate',
    async (call: AccountCall) => {
      const { account, all, context } = call;
      const moving = { by: context.actor, now: parts.clock.now(), all, input: {} };
      const { resource } = await move(accountWorkflow(all.own), 'deactivate', account.resource, moving);
      return standingStep(call, resource);
    },
    parts,
  );
