/** Task/$confirm and Task/$reject: member administration decides whether two records are of one person. */
import type { Task } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { localReference } from '../../fhir/reference.js';
import { decided, type Decision } from '../../portal/duplicate-decision.js';
import { duplicateReviewWorkflow } from '../../portal/duplicate-review.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { ConfirmInput, ConfirmOutput } from '../types.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from '../workflow-operation.js';

export const createDecideDuplicate = (
  name: Decision['move'],
  parts: WorkflowParts,
): Operation<ConfirmInput, ConfirmOutput> =>
  workflowOperation<ConfirmInput, ConfirmOutput>(
    {
      definition: definitionOf('Task', name),
      reason: `duplicate review: ${name}`,
      run: call => decide(call, name, parts),
    },
    parts,
  );

async function decide(
  { input, context, seen, all }: Call<ConfirmInput>,
  name: Decision['move'],
  { clock }: WorkflowParts,
): Promise<Outcome<ConfirmOutput>> {
  const { route, actor, endpoint } = context;
  const { id } = route;
  const task = await seen.get<Task>(`Task/${id}`);
  if (!task) throw new Fault('not-found', `There is no Task/${id}.`);
  if (!duplicateReviewWorkflow(all.own).governs(task.resource))
    throw new Fault('conflict', 'This Task is no review of a possible duplicate.');
  const kept = input.kept && localReference(input.kept.reference ?? '', [endpoint.url]);
  if (input.kept && kept?.type !== 'Patient') throw keptFault('must refer to a Patient here.');
  const decision = { move: name, by: actor, kept: kept && `Patient/${kept.id}`, note: input.note } as const;
  const step = await decided(task, decision, all, clock.now());
  if (step.writes.length === 0) return { output: { return: task.resource } };
  return { step, returns: { type: 'Task', id }, output: {} };
}

const keptFault = (message: string): Fault =>
  new Fault('unprocessable', `kept ${message}`, { expression: "Parameters.parameter.where(name='kept')" });
