/** The closing of what messages go to: flows into it, and work in it, must be elsewhere first. */
import type { Endpoint, Organization, Task } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Query } from '../fhir/request.js';
import { OPEN_STATUSES } from './work-place.js';
import type { Versioned, WorkflowReader } from './step.js';

const MOST = 10_000;

/** Whether it is an active organization of this type. */
export const isOpenAs = (one: Organization | undefined, type: string, own: OwnCanonicals): boolean =>
  one !== undefined && one.active !== false && own.hasCode(one.type, 'organization-type', type);

/**
 * Fault `conflict` for a workflow group that closes, becomes something else or goes, while something depends on it.
 * @param reader sees the directory as it will be
 */
export async function refuseClosing(
  { id }: Organization,
  after: Organization | undefined,
  reader: WorkflowReader,
): Promise<void> {
  const group = `Organization/${id}`;
  const work: Query = [
    ['workflow-group', group],
    ['status', OPEN_STATUSES],
  ];
  const expression = after && 'Organization.active';
  refuse('The workflow group has open work items', await reader.find<Task>('Task', work, MOST), expression);
  refuse('The workflow group is where messages to clinical groups go', await flowsInto(group, reader), expression);
}

/** Fault `conflict` for an Endpoint that is used no longer, while flows lead there. */
export async function refuseDisconnecting(
  { id }: Endpoint,
  after: Endpoint | undefined,
  reader: WorkflowReader,
): Promise<void> {
  const flows = await flowsInto(`Endpoint/${id}`, reader);
  refuse('The Endpoint is where messages to clinical groups go', flows, after && 'Endpoint.status');
}

/** The active groups with a flow that leads there. */
export function flowsInto(target: string, reader: WorkflowReader): Promise<Versioned<Organization>[]> {
  const flows: Query = [
    ['message-flow', target],
    ['active:not', 'false'],
  ];
  return reader.find<Organization>('Organization', flows, MOST);
}

const SHOWN = 5;

/** `Organization/1, Organization/2 and 3 more`. */
export function namesOf(found: readonly Versioned<unknown>[]): string {
  const names = found.map(({ version: { key } }) => `${key.type}/${key.id}`).sort();
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return names.slice(0, SHOWN).join(', ') + more;
}

function refuse(why: string, found: readonly Versioned<unknown>[], expression: string | undefined): void {
  if (found.length === 0) return;
  throw new Fault('conflict', `${why}: ${namesOf(found)}. It cannot be closed yet.`, defined({ expression }));
}
