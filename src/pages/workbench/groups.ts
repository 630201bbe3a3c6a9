/** The workflow groups in which a member of staff works, and what waits there. */
import type { PractitionerRole } from 'fhir/r4.js';
import type { Query } from '../../fhir/request.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { find, type Desk } from './desk.js';
import { namesOf } from './names.js';
import { rolesFound, rolesIn } from './roles.js';

export interface Group {
  /** `Organization/2` */
  readonly reference: string;
  readonly name: string;
}

/** Where somebody is agent or manager now. */
export async function groupsOf(desk: Desk, who: SignedIn): Promise<Group[]> {
  const { matches, included } = await rolesFound(desk, who);
  const name = namesOf(included);
  const working = (matches as unknown as PractitionerRole[]).filter(role =>
    rolesIn(role).some(code => code === 'agent' || code === 'manager'),
  );
  const groups = Map.groupBy(working, ({ organization }) => organization?.reference ?? '');
  return [...groups.keys()].map(reference => ({ reference, name: name(reference) ?? reference }));
}

/** The parts of a queue, each a search of Tasks. */
export const views = ['queued', 'mine', 'waiting', 'others', 'done'] as const;
export type View = (typeof views)[number];

/** The conditions of a part of the queue of a group. */
export function conditions(view: View, group: Group, { account }: SignedIn): Query {
  const states: Record<View, Query> = {
    queued: [['status', 'ready']],
    mine: [
      ['status', 'in-progress'],
      ['owner', account],
    ],
    waiting: [['status', 'on-hold']],
    others: [['status', 'in-progress']],
    done: [['status', 'completed']],
  };
  return [['workflow-group', group.reference], ...states[view]];
}

/** How many work items each part has; undefined: more than the server counts. */
export async function countsOf(desk: Desk, who: SignedIn, group: Group): Promise<Record<View, number | undefined>> {
  const counted = await Promise.all(
    views.map(async view => {
      const query: Query = [...conditions(view, group, who), ['_summary', 'count']];
      return [view, (await find(desk, who, 'Task', query)).total] as const;
    }),
  );
  return Object.fromEntries(counted) as Record<View, number | undefined>;
}
