/** Person/$unlock, Practitioner/$unlock: the waits that wrong tries led to are over. Nobody is signed in by it. */
import type { Person, Practitioner } from 'fhir/r4.js';
import { step } from '../../portal/step.js';
import type { HandlerParts } from '../../service.js';
import { accountOperation, type AccountCall } from '../account-operation.js';
import type { WorkflowParts } from '../workflow-operation.js';

export interface AccountAccessParts extends WorkflowParts {
  readonly accountAccess: HandlerParts['accountAccess'];
}

export const createUnlock = (parts: AccountAccessParts) =>
  accountOperation(
    'unlock',
    async ({ context: { route } }: AccountCall<Person | Practitioner>) =>
      step({ documents: await parts.accountAccess.unlocking(`${route.type}/${route.id}`) }),
    parts,
  );
