/**
 * Patient/$redeem-invitation (open: the code is the credential): makes the account. 201; 422 where the facts do not
 * belong to the code; 410 for anything else, the same for every caller.
 */
import { DAY } from '../../portal/days-parameter.js';
import { redeem } from '../../portal/redemption.js';
import type { HandlerParts, Operation, PortalSettings } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import { birthDateOf } from '../../portal/person-parameters.js';
import type { RedeemInvitationInput, RedeemInvitationOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

export interface RedeemInvitationParts extends WorkflowParts {
  readonly portal: Pick<PortalSettings, 'activatesAccounts' | 'invitationDays' | 'portalUrl'>;
  readonly configuration: HandlerParts['configuration'];
}

export const createRedeemInvitation = (
  parts: RedeemInvitationParts,
): Operation<RedeemInvitationInput, RedeemInvitationOutput> =>
  workflowOperation<RedeemInvitationInput, RedeemInvitationOutput>(
    {
      definition: definitionOf('Patient', 'redeem-invitation'),
      reason: 'redemption of an invitation',
      async run({ input, all }) {
        const { 'account-age': accountAge } = await parts.configuration();
        const { activatesAccounts: activates, invitationDays, portalUrl } = parts.portal;
        const rules = { accountAge, activates, lasts: invitationDays * DAY, portalUrl };
        const redemption = await redeem(input.code, birthDateOf(input.birthDate, 'birthDate'), rules, all, parts);
        if ('fault' in redemption) return redemption;
        const { person, step } = redemption;
        return { step, returns: { type: 'Person', id: person.id, created: true }, output: {} };
      },
    },
    parts,
  );
