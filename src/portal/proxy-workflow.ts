/**
 * The relation through which a person acts for a patient: a RelatedPerson (profile proxy). Its state is its `active` and its
 * extension proxy-blocked. linked → ended; either → blocked → ended. Systems that keep relations may take one up again.
 */
import type { Extension, RelatedPerson } from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf } from '../fhir/period.js';
import type { Effect } from './effect.js';
import { accountsOf } from './identity.js';
import type { NoticeEvent } from './notice-kinds.table.js';
import type { Moving, Workflow } from './workflow.js';

export type ProxyMove = 'unlink-proxy' | 'supersede' | 'come-of-age' | 'relink' | 'block' | 'block-ended' | 'lift';

export interface Ending {
  readonly reason?: string;
}

/** `Person/1` of each account that acts by the relation. */
type Accounts = readonly string[];

type Own = Pick<OwnCanonicals, 'structure'>;

export const isBlocked = ({ extension = [] }: RelatedPerson, own: Own): boolean =>
  extension.some(({ url, valueBoolean }) => url === own.structure('proxy-blocked') && valueBoolean === true);

const BY_ALL = ['system', 'staff', 'patient', 'server'] as const;
const kept = { by: ['system', 'staff'] } as const;

export function proxyWorkflow(own: OwnCanonicals): Workflow<ProxyMove, RelatedPerson, Ending, Accounts> {
  const change = (relation: RelatedPerson, moving: Moving<Ending>) => ended(relation, moving, own);
  const end = { from: ['linked'], to: 'ended', reads: accounts, change, effects: told('proxy-ended') };
  return {
    name: 'proxy',
    resource: 'RelatedPerson',
    governs: () => true,
    states: {
      blocked: { has: relation => isBlocked(relation, own), enter: { active: false } },
      ended: { has: ({ active }) => active === false, enter: { active: false } },
      linked: { has: ({ active }) => active !== false, enter: {} },
    },
    moves: {
      'unlink-proxy': { ...end, by: BY_ALL, operation: true, repeatable: true, guard: eitherSide },
      supersede: { from: ['linked'], to: 'ended', by: ['server'], change },
      'come-of-age': { ...end, by: ['server'] },
      relink: { ...kept, from: ['ended'], to: 'linked', change: begunAgain },
      block: { ...end, ...kept, to: 'blocked' },
      'block-ended': { ...kept, from: ['ended'], to: 'blocked' },
      lift: { ...kept, from: ['blocked'], to: 'ended' },
    },
    settled: ({ patient }) => ({ 'RelatedPerson.patient': patient.reference }),
  };
}

/** Patients end relations in which they are the principal or the proxy. Fault `forbidden` for other proxies of the patient. */
function eitherSide({ id, patient }: RelatedPerson, { by }: Moving<Ending>): void {
  const sides = [`RelatedPerson/${id}`, patient.reference];
  if (by.kind !== 'patient' || sides.some(side => side !== undefined && by.identities?.includes(side))) return;
  throw new Fault('forbidden', 'A relation is ended by the patient, or by whoever acts through it.');
}

/** An end that is over goes: it was that of the time before. */
function begunAgain({ period }: RelatedPerson, { now }: Moving<Ending>): Partial<RelatedPerson> {
  if (boundsOf(period).until > now) return {};
  const { end: _over, ...open } = period ?? {};
  return { period: Object.keys(open).length > 0 ? open : undefined };
}

const accounts = async ({ id }: RelatedPerson, { all }: Moving<Ending>): Promise<Accounts> =>
  (await accountsOf(`RelatedPerson/${id}`, all)).map(({ resource }) => `Person/${resource.id}`);

/** The period is over at this moment; one that has not begun never begins. */
function ended({ period, extension = [] }: RelatedPerson, moving: Moving<Ending>, own: Own): Partial<RelatedPerson> {
  const { from, until } = boundsOf(period);
  const end = until <= moving.now ? period?.end : instant(Math.max(moving.now, from));
  const url = own.structure('proxy-end');
  const { reason: valueString } = moving.input;
  const others = extension.filter(one => valueString === undefined || one.url !== url);
  const said: Extension[] = valueString === undefined ? others : [...others, { url, valueString }];
  return { period: { ...period, ...defined({ end }) }, ...defined({ extension: said.length > 0 ? said : undefined }) };
}

/** Both sides are told. The person who acts is told by their account, for the relation reaches nobody any more. */
const told =
  (event: NoticeEvent) =>
  ({ id, patient }: RelatedPerson, _moving: Moving<Ending>, acting: Accounts): Effect[] => [
    relationNotice(event, `RelatedPerson/${id}`, [patient.reference ?? '', ...acting]),
  ];

/** @param persons `Patient/1`, `Person/2` */
export const relationNotice = (event: NoticeEvent, about: string, persons: readonly string[]): Effect => ({
  ...{ kind: 'notice', event, about, parameters: {} },
  persons: persons.map(reference => ({ reference })),
});
