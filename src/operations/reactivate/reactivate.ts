/** Person/$reactivate: a closed account is in use again, unless its patient is gone or has another. */
import { accountWorkflow } from '../../portal/account-workflow.js';
import { ownPatient } from '../../portal/identity.js';
import { onlyAccount } from '../../portal/only-account.js';
import { move } from '../../portal/workflow.js';
import { accountOperation, standingStep, type AccountCall } from '../account-operation.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createReactivate = (parts: WorkflowParts) =>
  accountOperation(
    'reactivate',
    async (call: AccountCall) => {
      const { account, all, context } = call;
      const moving = { by: context.actor, now: parts.clock.now(), all, input: {} };
      const name = ownPatient(account.resource) === undefined ? 'reactivate-proxy' : 'reactivate';
      const { resource } = await move(accountWorkflow(all.own), name, account.resource, moving);
      return standingStep(call, resource, await onlyAccount(resource, account.resource, all));
    },
    parts,
  );
