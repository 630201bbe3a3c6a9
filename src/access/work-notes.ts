/**
 * Notes of staff on a work item. Patients do not see the item at all; systems see its notes, and change it, by the scope that
 * writes notes (`system/Task.$note`).
 */
import type { CodeableConcept } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import { baseKey, systemForm } from '../search/keys.js';
import { ALL, not } from '../search/filters.js';
import type { Filter } from '../search/query.js';
import type { Actor } from './actor.js';
import { EVERYTHING, type PublicView } from './directory.table.js';
import { covers } from './scope.js';

/** How work items are told from other Tasks. */
export interface WorkItems {
  readonly has: (task: Resource) => boolean;
  /** Those that are indexed. */
  readonly where: Filter;
}

export const workItemsOf = (own: OwnCanonicals): WorkItems => ({
  has: task => isWorkItem(task, own),
  where: {
    kind: 'posting',
    key: baseKey('Task', 'code') + systemForm(own.codeSystem('task-code'), 'workbench'),
  },
});

export const isWorkItem = (task: Resource, own: OwnCanonicals): boolean =>
  task.resourceType === 'Task' &&
  own.hasCode([(task['code'] ?? {}) as unknown as CodeableConcept], 'task-code', 'workbench');

const seesNotes = ({ kind, scopes }: Actor): boolean =>
  kind !== 'system' || covers(scopes, { type: 'Task', operation: 'note' });

/** What is cut out of work items. No search parameter reads a note. */
export const viewOfWork = (actor: Actor, items: WorkItems | undefined): PublicView =>
  items === undefined || seesNotes(actor)
    ? EVERYTHING
    : { hidden: new Set(['note']), parameters: new Set(), of: items.has };

/** The Tasks that an actor may change: a work item is written whole or not at all. */
export const changeableWork = (actor: Actor, items: WorkItems | undefined): Filter =>
  items === undefined || seesNotes(actor) ? ALL : not(items.where);
