/**
 * The standing of an account: a Person (profile patient-account). Its state is its `active` and its link to a Patient of
 * its own. proxy-only → enrolled → inactive; a new account begins as proxy-only.
 */
import type { Person } from 'fhir/r4.js';
import type { Effect } from './effect.js';
import { ownPatient } from './identity.js';
import type { Moving, State, Workflow } from './workflow.js';
import { defined } from '../fhir/defined.js';

export type AccountMove = 'enroll' | 'redeem' | 'link' | 'unlink' | 'close' | 'reopen' | 'reopen-proxy';

export interface Provision {
  /** `Patient/1`, whose own account it becomes. */
  readonly patient?: string;
  /** The notice to the new member. */
  readonly notice?: EnrolledNotice;
}

export interface EnrolledNotice {
  /** Given name. */
  readonly given: string;
  /** Where links lead, without a trailing slash. */
  readonly portalUrl: string;
  readonly channels?: readonly string[];
  /** BCP 47 */
  readonly language?: string;
}

const active = (owned: boolean): State<Person> => ({
  has: person => person.active !== false && (ownPatient(person) !== undefined) === owned,
  enter: { active: true },
});

const states = {
  enrolled: active(true),
  'proxy-only': active(false),
  inactive: { has: ({ active: is }: Person) => is === false, enter: { active: false } },
};

/** Systems that keep accounts may link and close them by plain updates. */
const kept = { by: ['system', 'staff'] } as const;

export const accountWorkflow: Workflow<AccountMove, Person, Provision> = {
  name: 'account',
  resource: 'Person',
  governs: () => true,
  states,
  moves: {
    enroll: { from: ['proxy-only'], to: 'enrolled', by: ['server'], change: withPatient, effects: noticeOf },
    redeem: { from: ['proxy-only'], to: 'enrolled', by: ['server'], change: withPatient },
    link: { ...kept, from: ['proxy-only'], to: 'enrolled' },
    unlink: { ...kept, from: ['enrolled'], to: 'proxy-only' },
    close: { ...kept, from: ['enrolled', 'proxy-only'], to: 'inactive' },
    reopen: { ...kept, from: ['inactive'], to: 'enrolled' },
    'reopen-proxy': { ...kept, from: ['inactive'], to: 'proxy-only' },
  },
};

function withPatient({ link = [] }: Person, { input }: Moving<Provision>): Partial<Person> {
  const { patient: reference } = input;
  return reference === undefined ? {} : { link: [...link, { target: { reference } }] };
}

function noticeOf({ id }: Person, { input }: Moving<Provision>): Effect[] {
  if (!input.notice) return [];
  const { given, portalUrl: link, channels, language } = input.notice;
  const about = `Person/${id}`;
  const persons = [{ reference: about }];
  const parameters = { given, link };
  return [{ kind: 'notice', event: 'enrolled', about, persons, parameters, ...defined({ channels, language }) }];
}
