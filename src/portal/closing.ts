/** The closing of a workflow group: work in it, and flows into it, must be elsewhere first. */
import type { Organization, Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Query } from '../fhir/request.js';
import { OPEN_STATUSES } from './work-place.js';
import { step, type Step, type Versioned, type WorkflowReader } from './step.js';

const MOST = 10_000;

const takesWork = ({ active, type }: Organization, own: OwnCanonicals): boolean =>
  active !== false && own.hasCode(type, 'organization-type', 'workflow-group');

/** Whether an update closes a workflow group, or makes it something else. */
export const closes = (before: Organization, after: Organization, own: OwnCanonicals): boolean =>
  takesWork(before, own) && !takesWork(after, own);

/** The conditions under which a workflow group may be closed. Fault `conflict` while something depends on it. */
export async function closing({ id }: Organization, reader: WorkflowReader): Promise<Step> {
  const group = `Organization/${id}`;
  const work: Query = [
    ['workflow-group', group],
    ['status', OPEN_STATUSES],
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
