/** The workflow groups in which a member of staff works, who works there besides, and what waits there. */
import type { PractitionerRole } from 'fhir/r4.js';
import type { Query } from '../../fhir/request.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { find, type Desk } from './desk.js';
import { nameOf, namesOf } from './names.js';
import { conditions, views, type View } from './queue-choice.js';
import { rolesFound, rolesIn } from './roles.js';

export interface Group {
  /** `Organization/2` */
  readonly reference: string;
  readonly name: string;
  /** They are one of its managers. */
  readonly manages: boolean;
}

/** Where somebody is agent or manager now. */
export async function groupsOf(desk: Desk, who: SignedIn): Promise<Group[]> {
  const { matches, included } = await rolesFound(desk, who);
  const name = namesOf(included);
  const working = (matches as unknown as PractitionerRole[]).filter(processes);
  const groups = Map.groupBy(working, ({ organization }) => organization?.reference ?? '');
  return [...groups].map(([reference, roles]) => ({
    ...{ reference, name: name(reference) ?? reference },
    manages: roles.some(role => rolesIn(role).includes('manager')),
  }));
}

const processes = (role: PractitionerRole): boolean =>
  rolesIn(role).some(code => code === 'agent' || code === 'manager');

export interface Agent {
  /** `Practitioner/1` */
  readonly reference: string;
  readonly name: string | undefined;
}

/** Who works in a group now, by name. */
export async function agentsOf(desk: Desk, who: SignedIn, group: string): Promise<Agent[]> {
  const query: Query = [
    ['organization', group],
    ['active', 'true'],
    ['_include', 'PractitionerRole:practitioner'],
    ['_count', '100'],
  ];
  const { matches, included } = await find(desk, who, 'PractitionerRole', query);
  const working = (matches as unknown as PractitionerRole[]).filter(processes);
  const people = new Set(working.map(({ practitioner }) => practitioner?.reference));
  return included
    .filter(one => one['active'] !== false && people.has(`Practitioner/${one.id ?? ''}`))
    .map(one => ({ reference: `Practitioner/${one.id ?? ''}`, name: nameOf(one) }))
    .sort((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
}

export type Counts = Readonly<Record<View, number | undefined>>;

/** How many work items each part has; undefined: more than the server counts. */
export async function countsOf(desk: Desk, who: SignedIn, group: string): Promise<Counts> {
  const counted = await Promise.all(views.map(async view => [view, await countOf(desk, who, group, view)] as const));
  return Object.fromEntries(counted) as Counts;
}

export async function countOf(desk: Desk, who: SignedIn, group: string, view: View): Promise<number | undefined> {
  // A page's total, which ends where it is many; `_summary=count` counts all of a long queue.
  const query: Query = [...conditions(view, group, who), ['_count', '1'], ['_elements', 'id']];
  return (await find(desk, who, 'Task', query)).total;
}
