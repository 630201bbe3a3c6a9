/** Task/$note: an internal note on a work item, whatever its state. */
import type { Task } from 'fhir/r4.js';
import { Fault } from '../../fhir/fault.js';
import { changed, step } from '../../portal/step.js';
import { workflowGroupOf, workItemWorkflow } from '../../portal/work-item.js';
import { withNote } from '../../portal/work-note.js';
import type { Operation } from '../../service.js';
import { definitionOf } from '../operation-of.js';
import type { NoteInput, NoteOutput } from '../types.js';
import { workflowOperation, type WorkflowParts } from '../workflow-operation.js';

export const createNote = (parts: WorkflowParts): Operation<NoteInput, NoteOutput> =>
  workflowOperation<NoteInput, NoteOutput>(
    {
      definition: definitionOf('Task', 'note'),
      reason: 'work item: note',
      async run({ input, context, seen, all }) {
        const { id } = context.route;
        const found = await seen.get<Task>(`Task/${id}`);
        if (!found) throw new Fault('not-found', `There is no Task/${id}.`);
        const task = found.resource;
        if (!workItemWorkflow(all.own).governs(task)) throw new Fault('conflict', 'This Task is no work item.');
        const moving = { by: context.actor, now: parts.clock.now(), all, input };
        const noted = await withNote(task, workflowGroupOf(task, all.own)?.reference, moving);
        return { step: step({ writes: [changed(found, noted)] }), returns: { type: 'Task', id }, output: {} };
      },
    },
    parts,
  );
