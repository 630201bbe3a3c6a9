/**
 * The standing of an account: a Person (profile patient-account). Its state is its `active`, its extension account-standing and
 * its link to a Patient of its own. pending → enrolled → inactive; proxy-only → enrolled.
 */
import type { Person } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { isPending, pending, withoutStanding } from './account-standing.js';
import type { Effect } from './effect.js';
import { ownPatient } from './identity.js';
import type { Moving, State, Workflow } from './workflow.js';

export type AccountMove =
  | 'enroll'
  | 'redeem'
  | 'provision'
  | 'activate'
  | 'link'
  | 'unlink'
  | 'resend'
  | 'deactivate'
  | 'merge'
  | 'merge-pending'
  | 'withdraw'
  | 'reactivate'
  | 'reactivate-proxy';

export interface Provision {
  /** `Patient/1`, whose own account it becomes. */
  readonly patient?: string;
  /** The notice to the new member. */
  readonly notice?: EnrolledNotice;
}

export interface EnrolledNotice {
  readonly event: 'enrolled' | 'activation';
  /** For the template. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly channels?: readonly string[];
  /** BCP 47 */
  readonly language?: string;
  /** Milliseconds since the epoch. */
  readonly expires?: number;
}

const active = (owned: boolean): State<Person> => ({
  has: person => person.active !== false && (ownPatient(person) !== undefined) === owned,
  enter: { active: true },
});

const statesOf = (own: OwnCanonicals) => ({
  enrolled: active(true),
  'proxy-only': active(false),
  pending: { has: (person: Person) => isPending(person, own), enter: { active: false } },
  inactive: { has: (person: Person) => person.active === false, enter: { active: false } },
});

/** Systems that keep accounts may link and close them by plain updates. */
const kept = { by: ['system', 'staff'] } as const;

/** The server alone activates an account, links it to another Patient after a merge, and withdraws one of a patient who is gone. */
export function accountWorkflow(own: OwnCanonicals): Workflow<AccountMove, Person, Provision> {
  const settled = (person: Person): Partial<Person> => withoutStanding(person, own);
  const open = ['enrolled', 'proxy-only', 'pending'];
  return {
    name: 'account',
    resource: 'Person',
    governs: () => true,
    states: statesOf(own),
    moves: {
      enroll: { from: ['proxy-only'], to: 'enrolled', by: ['server'], change: withPatient, effects: noticeOf },
      redeem: { from: ['proxy-only'], to: 'enrolled', by: ['server'], change: withPatient },
      provision: { from: ['pending'], to: 'pending', by: ['server'], change: withPatient, effects: noticeOf },
      activate: { from: ['pending'], to: 'enrolled', by: ['server'], change: settled, effects: noticeOf },
      link: { ...kept, from: ['proxy-only'], to: 'enrolled' },
      unlink: { ...kept, from: ['enrolled'], to: 'proxy-only' },
      resend: { ...kept, from: ['pending'], to: 'pending', operation: true, effects: noticeOf },
      deactivate: {
        ...{ ...kept, from: open, to: 'inactive', change: settled },
        ...{ operation: true, repeatable: true },
      },
      merge: { from: ['enrolled'], to: 'enrolled', by: ['server'], change: withOtherPatient },
      'merge-pending': { from: ['pending'], to: 'pending', by: ['server'], change: withOtherPatient },
      withdraw: { from: open, to: 'inactive', by: ['server'], change: settled },
      reactivate: { ...kept, from: ['inactive'], to: 'enrolled', operation: true, repeatable: true },
      'reactivate-proxy': { ...kept, from: ['inactive'], to: 'proxy-only', repeatable: true },
    },
  };
}

/** A new account, without a Patient yet. */
export const draftAccount = (id: string, isActive: boolean, own: OwnCanonicals): Person => ({
  resourceType: 'Person',
  id,
  meta: { profile: [own.structure('patient-account')] },
  ...(isActive ? {} : { extension: [pending(own)] }),
  active: isActive,
});

function withPatient({ link = [] }: Person, { input }: Moving<Provision>): Partial<Person> {
  const { patient: reference } = input;
  return reference === undefined ? {} : { link: [...link, { target: { reference } }] };
}

/** The record that is kept stands in the place of the one merged away. */
function withOtherPatient(person: Person, { input }: Moving<Provision>): Partial<Person> {
  const others = (person.link ?? []).filter(({ target }) => target.reference !== ownPatient(person));
  return withPatient({ ...person, link: others }, { input } as Moving<Provision>);
}

function noticeOf({ id }: Person, { input: { notice } }: Moving<Provision>): Effect[] {
  if (!notice) return [];
  const { event, parameters, channels, language, expires } = notice;
  const about = `Person/${id}`;
  return [
    {
      ...{ kind: 'notice', event, about, persons: [{ reference: about }], parameters },
      ...defined({ channels, language, expires }),
    },
  ];
}
