/** Organization/$take-back: what somebody has in a workflow group goes back into its queue, whether or not they work there still. */
import { managedGroup, takeBack } from '../../portal/agents.js';
import { step } from '../../portal/step.js';
import type { Operation } from '../../service.js';
import { localTo } from '../input-values.js';
import { definitionOf } from '../operation-of.js';
import type { TakeBackInput, TakeBackOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export const createTakeBack = (parts: WorkflowParts): Operation<TakeBackInput, TakeBackOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Organization', 'take-back'),
      reason: 'work: what somebody has goes back into the queue',
      run: call => back(call, parts),
    },
    parts,
  );

async function back(
  { input, context, seen, all }: Call<TakeBackInput>,
  world: WorkflowParts,
): Promise<Outcome<TakeBackOutput>> {
  const group = `Organization/${context.route.id}`;
  const parts = { by: context.actor, all, world };
  await managedGroup(group, seen, parts);
  const writes = await takeBack({ reference: localTo(context)(input.practitioner) }, group, parts);
  return { step: step({ writes }), output: { items: writes.length } };
}
