/** What the agents of a workflow group have to do: for those who manage it. */
import type { PractitionerRole, Task } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { boundsOf } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import { entitlementOf, rolesNow } from './entitlement.js';
import type { WorkflowReader } from './step.js';

/** More than the people of one group have at once, waiting items among them. */
const MOST_ITEMS = 5000;

export interface Workload {
  /** Items that nobody has. */
  readonly queued: number;
  /** When the oldest of them was authored, a dateTime. */
  readonly oldest?: string;
  readonly agents: readonly AgentLoad[];
}

export interface AgentLoad {
  /** `Practitioner/1` */
  readonly person: string;
  /** `agent`, `manager`; none: they have left, and items are still theirs. */
  readonly roles: readonly string[];
  /** Whether they may process the work of the group now. */
  readonly processes: boolean;
  readonly claimed: number;
  /** For the patient. */
  readonly waiting: number;
  /** Of both, those whose due time has passed. */
  readonly overdue: number;
  /** When one of their items here last changed, an instant. */
  readonly active?: string;
}

/**
 * The workload of `Organization/2`, each person who is agent or manager of it or has work there. Fault `too-costly` where they have
 * thousands of items.
 * @param now milliseconds since the epoch
 */
export async function workloadOf(group: string, all: WorkflowReader, now: number): Promise<Workload> {
  const queued: Query = [
    ['workflow-group', group],
    ['status', 'ready,requested'],
  ];
  const held: Query = [
    ['workflow-group', group],
    ['status', 'in-progress,on-hold'],
  ];
  const [waiting, [oldest], items, roles] = await Promise.all([
    all.count('Task', queued),
    all.first<Task>('Task', [...queued, ['_sort', 'authored-on']], 1),
    all.find<Task>('Task', held, MOST_ITEMS),
    rolesNow(['organization', group], all, now),
  ]);
  const working = rolesByPerson(roles, all);
  const theirs = Map.groupBy(items, ({ resource }) => resource.owner?.reference ?? '');
  const people = [...new Set([...working.keys(), ...theirs.keys()])].toSorted();
  const agents = people.map(person => {
    const tasks = (theirs.get(person) ?? []).map(({ resource }) => resource);
    return loadOf(person, group, { roles: working.get(person) ?? [], tasks }, all, now);
  });
  return { queued: waiting, agents: await Promise.all(agents), ...defined({ oldest: oldest?.resource.authoredOn }) };
}

const ROLES = ['agent', 'manager'];

/** The roles of people in the group's work; all others that they have are no matter of the group. */
function rolesByPerson(roles: readonly PractitionerRole[], { own }: WorkflowReader): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { practitioner, code } of roles) {
    const held = ROLES.filter(role => own.hasCode(code, 'role', role));
    const person = practitioner?.reference;
    if (person === undefined || held.length === 0) continue;
    found.set(person, [...new Set([...(found.get(person) ?? []), ...held])].toSorted());
  }
  return found;
}

async function loadOf(
  person: string,
  group: string,
  { roles, tasks }: { roles: readonly string[]; tasks: readonly Task[] },
  all: WorkflowReader,
  now: number,
): Promise<AgentLoad> {
  const theirs: Query = [
    ['owner', person],
    ['workflow-group', group],
    ['_sort', '-modified'],
  ];
  const [last] = await all.first<Task>('Task', theirs, 1);
  return {
    ...{ person, roles },
    processes: (await entitlementOf(person, group, all, now)).processes,
    claimed: tasks.filter(({ status }) => status === 'in-progress').length,
    waiting: tasks.filter(({ status }) => status === 'on-hold').length,
    overdue: tasks.filter(task => isLate(task, now)).length,
    ...defined({ active: last?.resource.lastModified }),
  };
}

const isLate = ({ restriction }: Task, now: number): boolean =>
  boundsOf(defined({ end: restriction?.period?.end })).until <= now;
