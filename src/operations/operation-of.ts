/** A move of a workflow as an operation on one resource: `Task/$claim`. */
import { Fault } from '../fhir/fault.js';
import { FILE_BASE } from '../fhir/own-canonicals.js';
import { changed, step } from '../portal/step.js';
import { move, type Stateful, type Workflow } from '../portal/workflow.js';
import type { Operation, Values } from '../service.js';
import { workflowOperation, type Call, type Outcome, type WorkflowParts } from './workflow-operation.js';

/** Canonical URL of an OperationDefinition of the portal, as the project's files have it. */
export const definitionOf = (resource: string, name: string): string =>
  `${FILE_BASE}/OperationDefinition/${resource}-${name}`;

/**
 * The operation that makes this move for its caller, who must see the resource. Its parameters are the input of the move.
 * Answers with the resource; faults are `not-found` and those of the move.
 * @param moveOf the move, where the parameters decide on it
 */
export function operationOf<Name extends string, R extends Stateful, Input extends object, Known>(
  workflow: Workflow<Name, R, Input, Known>,
  name: Name,
  parts: WorkflowParts,
  moveOf: (input: Input) => Name = () => name,
): Operation<Input & Values, { return: R }> {
  const { resource: type, name: kind } = workflow;
  const run = async ({ input, context, seen, all }: Call<Input & Values>): Promise<Outcome<{ return: R }>> => {
    const { id } = context.route;
    const found = await seen.get<R>(`${type}/${id}`);
    if (!found) throw new Fault('not-found', `There is no ${type}/${id}.`);
    if (!workflow.governs(found.resource)) throw new Fault('conflict', `This ${type} is no ${kind}.`);
    const moving = { by: context.actor, now: parts.clock.now(), all, input };
    const { resource, effects, criteria } = await move(workflow, moveOf(input), found.resource, moving);
    if (resource === found.resource) return { output: { return: resource } };
    const moved = step({ writes: [changed(found, resource)], effects, criteria: [...criteria] });
    return { step: moved, returns: { type, id }, output: {} };
  };
  return workflowOperation<Input & Values, { return: R }>(
    { definition: definitionOf(type, name), reason: `${kind}: ${name}`, run },
    parts,
  );
}
