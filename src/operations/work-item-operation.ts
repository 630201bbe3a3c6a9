/** What Task/$claim, $release and $complete have in common: one move of a work item by the agent who calls. */
import type { Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { changed, step } from '../portal/step.js';
import { isEntitled, moveWorkItem, workflowGroupOf, type WorkItemMove } from '../portal/work-item.js';
import type { Operation } from '../service.js';
import { changesOf, written } from '../writing/step-changes.js';
import { readerOf } from '../writing/workflow-reader.js';
import { defined } from '../fhir/defined.js';

export function workItemOperation(move: WorkItemMove): Operation {
  return {
    definition: `https://portico.health/fhir/OperationDefinition/Task-${move}`,
    async handler(input, context) {
      const asSystem = `work item: ${move}`;
      const { route, actor, services } = context;
      const task = await readerOf(context, context.store).get<Task>(`Task/${route.id}`);
      if (!task) throw new Fault('not-found', `There is no Task/${route.id}.`);
      const agent = actor.fhirUser ?? '';
      const all = readerOf(context, context.asSystem(asSystem));
      const group = workflowGroupOf(task.resource)?.reference;
      const now = services.clock.now();
      const entitled = actor.kind === 'staff' && (await isEntitled(agent, group, all, now));
      const note = input['note'] as string | undefined;
      const handling = { agent, entitled, now, ...defined({ note }) };
      const next = moveWorkItem(task.resource, move, handling);
      const changes = await changesOf(step({ writes: [changed(task, next)] }), context);
      return { output: { return: written(changes, { type: 'Task', id: next.id }) }, changes, asSystem };
    },
  };
}
