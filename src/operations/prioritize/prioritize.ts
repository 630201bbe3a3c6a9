/** Task/$prioritize: those who manage a workflow group say how urgent a work item is, and when it is due. */
import type { Task } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { isPriority, prioritized, PRIORITIES } from '../../portal/work-priority.js';
import { changed, step } from '../../portal/step.js';
import type { Operation } from '../../service.js';
import { unknownCode } from '../input-values.js';
import { definitionOf } from '../operation-of.js';
import type { PrioritizeInput, PrioritizeOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export const createPrioritize = (parts: WorkflowParts): Operation<PrioritizeInput, PrioritizeOutput> =>
  workflowOperation(
    {
      definition: definitionOf('Task', 'prioritize'),
      reason: 'work item: prioritize',
      run: call => prioritize(call, parts),
    },
    parts,
  );

async function prioritize(
  { input, context, seen, all }: Call<PrioritizeInput>,
  { clock }: WorkflowParts,
): Promise<Outcome<PrioritizeOutput>> {
  const { id } = context.route;
  const { priority } = input;
  if (!isPriority(priority)) throw unknownCode('priority', PRIORITIES);
  const found = await seen.get<Task>(`Task/${id}`);
  if (!found) throw new Fault('not-found', `There is no Task/${id}.`);
  const moving = { by: context.actor, now: clock.now(), all, input: { ...input, priority } };
  const resource = await prioritized(found.resource, moving);
  return { step: step({ writes: [changed(found, resource)] }), returns: { type: 'Task', id }, output: {} };
}
