/** PractitionerRole/$remove-agent: somebody no longer processes the work of a workflow group; what they have goes back into its queue. */
import type { PractitionerRole } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { removeAgent } from '../../portal/agents.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { RemoveAgentInput, RemoveAgentOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export const createRemoveAgent = (parts: WorkflowParts): Operation<RemoveAgentInput, RemoveAgentOutput> =>
  workflowOperation(
    {
      definition: definitionOf('PractitionerRole', 'remove-agent'),
      reason: 'agents: roles and work in a workflow group',
      run: call => remove(call, parts),
    },
    parts,
  );

async function remove(
  { context, seen, all }: Call<RemoveAgentInput>,
  world: WorkflowParts,
): Promise<Outcome<RemoveAgentOutput>> {
  const { id } = context.route;
  const found = await seen.get<PractitionerRole>(`PractitionerRole/${id}`);
  if (!found) throw new Fault('not-found', `There is no PractitionerRole/${id}.`);
  const step = await removeAgent(found, { by: context.actor, all, world });
  return { step, returns: { type: 'PractitionerRole', id }, output: {} };
}
