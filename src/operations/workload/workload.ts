/** Organization/$workload: who works in a workflow group now, and what each of them has to do. For those who manage it. */
import { defined } from '../../fhir/defined.js';
import { managedGroup } from '../../portal/agents.js';
import { workloadOf, type AgentLoad } from '../../portal/workload.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { WorkloadInput, WorkloadOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export const createWorkload = (parts: WorkflowParts): Operation<WorkloadInput, WorkloadOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Organization', 'workload'),
      reason: 'work: the load of a workflow group',
      run: call => workload(call, parts),
    },
    parts,
  );

async function workload(
  { context, seen, all }: Call<WorkloadInput>,
  world: WorkflowParts,
): Promise<Outcome<WorkloadOutput>> {
  const group = `Organization/${context.route.id}`;
  await managedGroup(group, seen, { by: context.actor, all, world });
  const { agents, ...queue } = await workloadOf(group, all, world.clock.now());
  return { output: { ...queue, agent: agents.map(agentOut) } };
}

const agentOut = ({ person, roles, active, ...load }: AgentLoad) => ({
  practitioner: { reference: person },
  ...load,
  role: [...roles],
  ...defined({ lastActivity: active }),
});
