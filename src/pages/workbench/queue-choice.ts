/** What of a queue is asked for: the part, the order, what is left out, and the conditions that these come to. */
import type { Query } from '../../fhir/request.js';
import { instant } from '../../fhir/instant.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import type { Fields } from '../account/visit.js';

/** The parts of a queue, each a search of Tasks. */
export const views = ['queued', 'mine', 'waiting', 'others', 'done'] as const;
export type View = (typeof views)[number];

export const orders = ['age', 'due', 'urgency'] as const;
export type Order = (typeof orders)[number];

export const filters = ['all', 'overdue', 'urgent'] as const;
export type Filter = (typeof filters)[number];

export interface Choice {
  /** `Organization/2` */
  readonly group: string;
  readonly view: View;
  readonly order: Order;
  readonly only: Filter;
  /** The beginning of a patient's name, or ''. */
  readonly name: string;
}

/** What of it stands in addresses. */
export const names = ['group', 'view', 'order', 'only', 'name'] as const;

const oneOf = <T extends string>(values: readonly [T, ...T[]], value: string): T =>
  values.find(one => one === value) ?? values[0];

export const choiceIn = (query: Fields, group: string): Choice => ({
  group,
  view: oneOf(views, query('view')),
  order: oneOf(orders, query('order')),
  only: oneOf(filters, query('only')),
  name: query('name').trim(),
});

/** In an address: without what is the same as nothing said. */
export function written({ group, view, order, only, name }: Choice): Record<string, string> {
  const said = { view, order, only, name };
  const silent = { view: views[0], order: orders[0], only: filters[0], name: '' };
  const kept = Object.entries(said).filter(([key, value]) => value !== silent[key as keyof typeof silent]);
  return { group, ...Object.fromEntries(kept) };
}

/** The conditions of a part of the queue of a group. */
export function conditions(view: View, group: string, { account }: Pick<SignedIn, 'account'>): Query {
  const statuses: Record<View, string> = {
    ...{ queued: 'ready', mine: 'in-progress', waiting: 'on-hold', others: 'in-progress', done: 'completed' },
  };
  const theirs: Query = view === 'mine' ? [['owner', account]] : [];
  return [['queue', `${group}$${statuses[view]}`], ...theirs];
}

/** The sort of each order; what is done is shown the other way round. */
const sorts: Readonly<Record<Order, string>> = {
  age: 'authored-on',
  due: 'due',
  urgency: 'queue-order,authored-on',
};

/** The search of what is chosen. @param now milliseconds since the epoch */
export function searchOf({ group, view, order, only, name }: Choice, who: SignedIn, now: number): Query {
  const filtered: Record<Filter, Query> = {
    all: [],
    overdue: [['due', `lt${instant(now)}`]],
    urgent: [['urgency', `lt${ROUTINE}`]],
  };
  return [
    ...conditions(view, group, who),
    ...filtered[only],
    ...(name === '' ? [] : [['patient.name', name] as const]),
    ['_sort', view === 'done' && order === 'age' ? '-modified' : sorts[order]],
  ];
}

/** The urgency of what is not urgent: stat is 1, asap 2, urgent 3. https://hl7.org/fhir/R4/valueset-request-priority.html */
const ROUTINE = 4;
