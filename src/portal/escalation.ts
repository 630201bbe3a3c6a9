/**
 * Work that is overdue: an open item whose due time passes is escalated once, with a higher priority, and those who manage its
 * group are told. What waits for the patient is not the desk's to hurry.
 */
import type { PractitionerRole, Task } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import { changedAt } from './changed-at.js';
import type { Effect } from './effect.js';
import { ESCALATED, escalationOf } from './escalated.js';
import { entitlementOf, isGone, rolesNow } from './entitlement.js';
import { changed, step, type Step, type WorkflowReader } from './step.js';
import { workflowGroupOf } from './work-item.js';
import type { Priority } from './work-priority.js';

/** The statuses in which the desk can hurry: `requested` is that of earlier builds. */
const PRESSING: readonly string[] = ['ready', 'requested', 'in-progress'];

export interface EscalationParts {
  /** Sees everything. */
  readonly all: WorkflowReader;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The page of the Workbench. */
  readonly link: string;
}

/** What is overdue and not escalated yet, as a search of Tasks. */
export const overdue = (own: OwnCanonicals, now: number): Query => [
  ['code', `${own.codeSystem('task-code')}|workbench`],
  ['status', PRESSING.join()],
  ['due', `eb${instant(now)}`],
  [`${ESCALATED}:missing`, 'true'],
];

/**
 * The escalation of a work item; an empty step where it is not overdue, or not any more.
 * @param reference `Task/1`
 */
export async function escalate(reference: string, { all, now, link }: EscalationParts): Promise<Step> {
  const found = await all.get<Task>(reference);
  if (!found || !isOverdue(found.resource, all.own, now)) return step({});
  const { resource: task } = found;
  const at = instant(changedAt(task, now));
  const mark = { url: all.own.structure(ESCALATED), valueDateTime: at };
  const extension = [...(task.extension ?? []), mark];
  const next: Task = { ...task, extension, priority: raised(task.priority), lastModified: at };
  const persons = await answerable(workflowGroupOf(task, all.own)?.reference ?? '', all, now);
  return step({ writes: [changed(found, next)], effects: persons.length > 0 ? [told(reference, persons, link)] : [] });
}

function isOverdue(task: Task, own: OwnCanonicals, now: number): boolean {
  const { code, status, restriction } = task;
  const isItem = own.hasCode(code && [code], 'task-code', 'workbench');
  const isPressing = PRESSING.includes(status) && escalationOf(task, own) === undefined;
  return isItem && isPressing && boundsOf(defined({ end: restriction?.period?.end })).until <= now;
}

/** One step up. That something cannot wait a minute (`stat`) is for people to say. */
const HIGHER: Readonly<Record<Priority, Priority>> = {
  routine: 'urgent',
  urgent: 'asap',
  asap: 'asap',
  stat: 'stat',
};

const raised = (priority: Priority = 'routine'): Priority => HIGHER[priority];

/** Who manages the group now; where nobody does, the healthcare administrators. */
async function answerable(group: string, all: WorkflowReader, now: number): Promise<string[]> {
  const roles = await rolesNow(['organization', group], all, now);
  const managers = roles.filter(({ code }) => all.own.hasCode(code, 'role', 'manager'));
  const managing = await kept(managers, async person => (await entitlementOf(person, group, all, now)).manages);
  if (managing.length > 0) return managing;
  const role = `${all.own.codeSystem('role')}|healthcare-administrator`;
  return kept(await rolesNow(['role', role], all, now), async person => !(await isGone(person, all)));
}

/** Distinct people of these roles of whom the condition holds. */
async function kept(
  roles: readonly PractitionerRole[],
  condition: (person: string) => Promise<boolean>,
): Promise<string[]> {
  const people = [...new Set(roles.flatMap(({ practitioner }) => practitioner?.reference ?? []))];
  const held = await Promise.all(people.map(condition));
  return people.filter((_person, at) => held[at]);
}

const told = (about: string, people: readonly string[], link: string): Effect => ({
  ...{ kind: 'notice', event: 'work-overdue', about, parameters: { link } },
  persons: people.map(reference => ({ reference })),
});
