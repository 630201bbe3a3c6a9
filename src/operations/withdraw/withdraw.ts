/** Task/$withdraw: an invitation is taken back; its code is good for nothing from now on. */
import { invitationWorkflow } from '../../portal/invitation.js';
import type { Operation } from '../../service.js';
import { operationOf } from '../operation-of.js';
import type { WithdrawInput, WithdrawOutput } from '../types.js';
import type { WorkflowParts } from '../workflow-operation.js';

export const createWithdraw = (parts: WorkflowParts): Operation<WithdrawInput, WithdrawOutput> =>
  operationOf(invitationWorkflow(parts.definitions.own), 'withdraw', parts);
