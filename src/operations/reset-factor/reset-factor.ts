/**
 * Person/$reset-factor, Practitioner/$reset-factor: of somebody who lost it, the second factor is removed, every passkey and
 * recovery code with it. They are signed out everywhere, and told.
 */
import type { Person, Practitioner } from 'fhir/r4.js';
import { step } from '../../portal/step.js';
import { accountOperation, type AccountCall } from '../account-operation.js';
import type { AccountAccessParts } from '../unlock/unlock.js';

export const createResetFactor = (parts: AccountAccessParts) =>
  accountOperation(
    'reset-factor',
    async ({ context: { route } }: AccountCall<Person | Practitioner>) =>
      step({ documents: await parts.accountAccess.withoutFactors(`${route.type}/${route.id}`) }),
    parts,
  );
