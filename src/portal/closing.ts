/** The closing of a workflow group: work in it, and flows into it, must be elsewhere first. */
import type { Organization, Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Query } from '../fhir/request.js';
import { step, type Step, type Versioned, type WorkflowReader } from './step.js';

const MOST = 10_000;

const takesWork = ({ active, type }: Organization, own: OwnCanonicals): boolean =>
  active !== false && own.hasCode(type, 'organization-type', 'workflow-group');

/** The conditions of an update that may close a workflow group. Fault `conflict` while something depends on the group. */
export async function closing(before: Organization, after: Organization, reader: WorkflowReader): Promise<Step> {
  if (!takesWork(before, reader.own) || takesWork(after, reader.own)) return step({});
  const group = `Organization/${before.id}`;
  const work: Query = [
    ['workflow-group', group],
    ['status', 'ready,requested,in-progress'],
  ];
  const flows: Query = [
    ['message-flow', group],
    ['active', 'true'],
  ];
  const items = await reader.find<Task>('Task', work, MOST);
  refuse(items, 'has open work items');
  const sources = await reader.find<Organization>('Organization', flows, MOST);
  refuse(sources, 'is where messages to a clinical group go');
  return step({ criteria: [reader.still('Task', work, items), reader.still('Organization', flows, sources)] });
}

function refuse(found: readonly Versioned<unknown>[], why: string): void {
  if (found.length === 0) return;
  throw new Fault('conflict', `The workflow group ${why}: it cannot be closed yet.`, {
    expression: 'Organization.active',
  });
}
