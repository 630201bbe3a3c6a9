/**
 * Patient/$unsubscribe (open: the token of a notice's link is the credential): the recipient of a notice takes no more of them by
 * its channel. 200, again and again; 410 for anything that is no such token, always the same.
 */
import { unsubscribed, type UnsubscribeTokens } from '../../portal/opt-out.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { UnsubscribeInput, UnsubscribeOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

export interface UnsubscribeParts extends WorkflowParts {
  readonly unsubscribe: UnsubscribeTokens;
}

export const createUnsubscribe = (parts: UnsubscribeParts): Operation<UnsubscribeInput, UnsubscribeOutput> =>
  workflowOperation<UnsubscribeInput, UnsubscribeOutput>(
    {
      definition: definitionOf('Patient', 'unsubscribe'),
      reason: 'unsubscription from notices',
      async run({ input, all }) {
        const step = await unsubscribed(parts.unsubscribe.open(input.token), all);
        return { step, output: { status: 'unsubscribed' } };
      },
    },
    parts,
  );
