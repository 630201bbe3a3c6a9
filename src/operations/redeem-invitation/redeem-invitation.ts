/**
 * Patient/$redeem-invitation (open: the code is the credential): makes the account. 201; 422 where the facts do not
 * belong to the code; 410 for anything else, the same to whoever asks.
 */
import { redeem } from '../../portal/redemption.js';
import type { Operation } from '../../service.js';
import { changesOf, written } from '../../writing/step-changes.js';
import { dayOf } from '../person-parameters.js';
import { readerOf } from '../../writing/workflow-reader.js';

export const redeemInvitation: Operation = {
  definition: 'https://portico.health/fhir/OperationDefinition/Patient-redeem-invitation',
  async handler(input, context) {
    const asSystem = 'redemption of an invitation';
    const birthDate = dayOf(input['birthDate'] as string, 'birthDate');
    const all = readerOf(context, context.asSystem(asSystem));
    const redemption = await redeem(input['code'] as string, birthDate, all, context.services);
    const changes = await changesOf(redemption.step, context);
    if ('fault' in redemption) {
      const { fault, step } = redemption;
      return { fault, ...(step.documents.length > 0 ? { changes, asSystem } : {}) };
    }
    const { id } = redemption.person;
    const headers = { location: `${context.endpoint.url}/Person/${id}` };
    return { status: 201, headers, output: { return: written(changes, { type: 'Person', id }) }, changes, asSystem };
  },
};
