/** Patient/$members: people found by what they are known by, each with where they stand and what can be done next. */
import type { Bundle, BundleEntry, BundleLink, Patient, Person } from 'fhir/r4.js';
import { boundedPage } from '../../content/bounded-page.js';
import { shownText } from '../../content/text.js';
import { defined } from '../../fhir/defined.js';
import { Fault } from '../../fhir/fault.js';
import { parseStored } from '../../fhir/json.js';
import { pageUrl } from '../../fhir/page-url.js';
import type { Query } from '../../fhir/request.js';
import type { Resource } from '../../fhir/resource.js';
import { findEnrollee, type Enrollee } from '../../portal/enrollee.js';
import { nextActions, standingOf } from '../../portal/enrollment.js';
import { isUnderReview } from '../../portal/held.js';
import { wrongParameter } from '../../portal/person-parameters.js';
import { step, type WorkflowReader } from '../../portal/step.js';
import type { Position } from '../../search/query.js';
import type { Context, HandlerParts, Operation } from '../../service.js';
import type { Version } from '../../store/port.js';
import { readerOf, type ReaderParts } from '../../writing/workflow-reader.js';
import { definitionOf } from '../operation-of.js';
import type { MembersInput, MembersOutput } from '../types.js';
import { criteriaOf, membersFor, parserOf } from './criteria.js';

export type MembersParts = ReaderParts & Pick<HandlerParts, 'blobs' | 'cursors' | 'configuration'>;

const USUAL = 20;
const MOST = 50;

/** What a page link holds. */
interface MemberPage {
  readonly members: Query;
  readonly count: number;
  readonly after?: Position;
}

export const createMembers = (parts: MembersParts): Operation<MembersInput, MembersOutput> => ({
  definition: definitionOf('Patient', 'members'),
  async handler(input, context) {
    const { members, count, after } = pageOf(input, context, parts);
    const { store, partition, request, endpoint } = context;
    const parse = parserOf(parts.registry, {
      ...{ localBases: [endpoint.url], declared: () => true, now: parts.clock.now() },
    });
    const page = await boundedPage(
      search => store.search(search),
      {
        ...{ partition, of: membersFor(members, parse), sort: [], limit: count, deadline: request.deadline },
        ...defined({ after }),
      },
      request,
    );
    const all = readerOf(context, context.asSystem('members: where they stand'), parts);
    const seen = readerOf(context, context.store, parts);
    const found = await Promise.all(page.rows.map(row => foundIn(row, { all, seen }, context, parts)));
    const matches = found.map(({ match }) => match);
    const there = new Set(matches.map(({ fullUrl }) => fullUrl));
    const others = new Map(found.flatMap(({ included }) => included).map(one => [one.fullUrl, one]));
    const entry = [...matches, ...[...others.values()].filter(({ fullUrl }) => !there.has(fullUrl))];
    const link = linksOf(context, { members, count, ...defined({ after: page.next }) }, parts);
    const bundle: Bundle = { resourceType: 'Bundle', type: 'searchset', link };
    return { output: { return: entry.length === 0 ? bundle : { ...bundle, entry } } };
  },
});

/** The page that is asked for: that of a link, or the first one. Faults: `invalid`, `unprocessable`, `not-found`. */
function pageOf(input: MembersInput, { request, actor }: Context, { cursors }: MembersParts): MemberPage {
  const { _count: count = USUAL } = input;
  if (count < 1 || count > MOST) throw wrongParameter('_count', `a number from 1 to ${MOST}`);
  const link = request.query.find(([name]) => name === '_page')?.[1];
  if (link === undefined) return { members: criteriaOf(input), count };
  const page = cursors.open(link, actor) as unknown as Partial<MemberPage>;
  if (page.members === undefined) throw new Fault('not-found', 'There is no such page.');
  return { ...page, members: page.members, count: input._count ?? page.count ?? USUAL };
}

function linksOf({ endpoint, request, actor }: Context, next: MemberPage, { cursors }: MembersParts): BundleLink[] {
  const url = `${endpoint.url}/${request.path.join('/')}`;
  const self = { relation: 'self', url };
  return next.after
    ? [self, { relation: 'next', url: pageUrl(url, cursors.seal({ ...next }, actor), request.query) }]
    : [self];
}

interface Readers {
  readonly all: WorkflowReader;
  /** Sees as much as the caller. */
  readonly seen: WorkflowReader;
}

/** Somebody who was found, with their account and open invitation as far as the caller sees them. */
async function foundIn(
  row: Version,
  { all, seen }: Readers,
  { endpoint }: Context,
  { blobs, clock, configuration }: MembersParts,
): Promise<{ match: BundleEntry; included: BundleEntry[] }> {
  const resource = parseStored<(Patient | Person) & Resource>(await shownText(blobs, row));
  const subject = await subjectOf(resource, row, all);
  const { 'account-age': age } = await configuration();
  const { status, invitation } = await standingOf(subject, age, all, clock.now());
  const actions = isUnderReview(subject) ? (['none'] as const) : nextActions[status];
  const extension = [
    { url: all.own.structure('enrollment-status'), valueCode: status },
    ...actions.map(valueCode => ({ url: all.own.structure('next-action'), valueCode })),
  ];
  const names = [subject.account && `Person/${subject.account.resource.id}`, invitation].filter(
    one => one !== undefined,
  );
  const others = await Promise.all(names.map(name => seen.get<Person & Resource>(name)));
  const urlOf = ({ resourceType, id }: Pick<Resource, 'resourceType' | 'id'>) =>
    `${endpoint.url}/${resourceType}/${id}`;
  return {
    match: { fullUrl: urlOf(resource), resource, search: { extension, mode: 'match' } },
    included: others.flatMap(one =>
      one ? [{ fullUrl: urlOf(one.resource), resource: one.resource, search: { mode: 'include' as const } }] : [],
    ),
  };
}

/** Of a record that was merged away, the person is that of the one in force. */
async function subjectOf(resource: Patient | Person, version: Version, all: WorkflowReader): Promise<Enrollee> {
  if (resource.resourceType === 'Patient') return findEnrollee({}, all, { resource, version });
  return { facts: {}, account: { resource, version }, others: [], conditions: step({}) };
}
