/** PractitionerRole/$enrol-agent: somebody processes the work of a workflow group from now on. Calling it again changes nothing. */
import { enrolAgent, type Enrolment } from '../../portal/agents.js';
import type { Operation } from '../../service.js';
import { localTo, unknownCode } from '../input-values.js';
import { definitionOf } from '../operation-of.js';
import type { EnrolAgentInput, EnrolAgentOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export const createEnrolAgent = (parts: WorkflowParts): Operation<EnrolAgentInput, EnrolAgentOutput> =>
  workflowOperation(
    {
      definition: definitionOf('PractitionerRole', 'enrol-agent'),
      reason: 'agents: roles in a workflow group',
      run: call => enrol(call, parts),
    },
    parts,
  );

async function enrol(call: Call<EnrolAgentInput>, world: WorkflowParts): Promise<Outcome<EnrolAgentOutput>> {
  const { context, all } = call;
  const { role, step } = await enrolAgent(enrolmentOf(call), { by: context.actor, all, world });
  if (!step) return { output: { return: role } };
  return { step, returns: { type: 'PractitionerRole', id: role.id, created: true }, output: {} };
}

function enrolmentOf({ input, context }: Call<EnrolAgentInput>): Enrolment {
  const { role = 'agent' } = input;
  if (role !== 'agent' && role !== 'manager') throw unknownCode('role', ['agent', 'manager']);
  const named = localTo(context);
  return { practitioner: named(input.practitioner), group: named(input.group), role };
}
