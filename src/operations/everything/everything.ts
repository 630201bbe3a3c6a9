/**
 * Patient/$everything: the compartment, and what it refers to; what another record of the same person (a link `seealso`)
 * holds as well. https://hl7.org/fhir/R4/patient-operation-everything.html
 */
import { createHash } from 'node:crypto';
import { boundedPage, charactersOf, countFitting } from '../../content/bounded-page.js';
import { shownText } from '../../content/text.js';
import { bundleText, type BundleEntry } from '../../fhir/bundle.js';
import { Fault } from '../../fhir/fault.js';
import { parseStored } from '../../fhir/json.js';
import { pageUrl } from '../../fhir/page-url.js';
import { localReference } from '../../fhir/reference.js';
import type { Resource } from '../../fhir/resource.js';
import { parseView, project, type View } from '../../formats/summary.js';
import { referencesFor } from '../../search/include.js';
import { NONE, not } from '../../search/filters.js';
import type { Filter, Position } from '../../search/query.js';
import { dateInterval } from '../../search/types/date.js';
import type { Context, Operation, Values } from '../../service.js';
import type { Key, Version } from '../../store/port.js';
import { inPeriod, membersOf, type Window } from './members.js';
import { defined } from '../../fhir/defined.js';

export const everything: Operation = {
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  readOnly: true,
  async handler(input, context) {
    const { asked, after, brought } = continued(context, askedFor(input, context));
    const { store, partition, services, request, endpoint } = context;
    const patients = await recordsOf(context, asked.patient);
    const of = membersOf(context, patients, asked.types).map(one => inPeriod(one, asked, services.registry));
    const { deadline } = request;
    const page = await boundedPage(search => store.search(search), {
      ...{ partition, of, sort: [], limit: asked.count, deadline },
      ...defined({ after }),
    });
    const known = { of, types: asked.types, brought: new Set(brought) };
    const outside = await referenced(context, page.rows, known);
    const others = outside.slice(0, countFitting(outside, charactersOf(page.rows)));
    const entries: BundleEntry[] = [];
    for (const row of page.rows) entries.push(await entryOf(context, row, 'match', asked.view));
    for (const row of others) entries.push(await entryOf(context, row, 'include', asked.view));
    const link: PageLink = {
      asked,
      brought: [...brought, ...others.map(({ key }) => markOf(key))].slice(-MAX_BROUGHT),
    };
    const self = { relation: 'self' as const, url: `${endpoint.url}/${request.path.join('/')}` };
    const head = { type: 'searchset' as const, link: [self, ...nextLink(context, link, page.next)] };
    return { output: { return: parseStored<Resource>(bundleText(head, entries)) } };
  },
};

interface Asked extends Window {
  patient: string;
  view?: View;
  types: readonly string[] | undefined;
  count: number;
}

function askedFor(input: Values, context: Context): Asked {
  const { limits } = context.services;
  const count = input['_count'] === undefined ? limits.maxPageSize : Number(input['_count']);
  if (!Number.isInteger(count) || count < 1) throw new Fault('invalid', '_count must be 1 or more.', { code: 'value' });
  const since = input['_since'];
  const updated = typeof since === 'string' ? dateInterval(since)?.lo : undefined;
  if (since !== undefined && updated === undefined)
    throw new Fault('invalid', '_since must be a date or an instant.', { code: 'value' });
  return {
    patient: patientOf(context),
    types: typesOf(input['_type'], context),
    ...viewOf(context),
    count: Math.min(count, limits.maxPageSize),
    ...defined({ since: updated }),
    ...dateOf('start', input['start']),
    ...dateOf('end', input['end']),
  };
}

function viewOf({ request }: Context): Pick<Asked, 'view'> {
  const view = parseView(request.query);
  return view ? { view } : {};
}

const dateOf = (name: 'start' | 'end', value: unknown): Partial<Window> =>
  typeof value === 'string' ? { [name]: value } : {};

/** On the type alone, people mean themselves; a system must say whom. */
function patientOf({ route, actor }: Context): string {
  const id = route.id ?? actor.self;
  if (id === undefined) throw new Fault('invalid', 'Name the patient: Patient/[id]/$everything.', { code: 'required' });
  return id;
}

function typesOf(value: unknown, { endpoint }: Context): string[] | undefined {
  if (value === undefined) return undefined;
  const types = (value as string[]).flatMap(text => text.split(','));
  if (types.every(type => endpoint.resources.has(type))) return types;
  throw new Fault('invalid', '_type names a type that is not served here.', { code: 'not-supported' });
}

/** The patient, who must be there, and those of whom they say that they are the same person. */
async function recordsOf({ store, partition, endpoint }: Context, id: string): Promise<string[]> {
  const [patient] = await store.read([{ partition, type: 'Patient', id }]);
  if (!patient) throw new Fault('not-found', `There is no Patient/${id}.`);
  if (patient.deleted) throw new Fault('gone', `Patient/${id} has been deleted.`);
  const { link = [] } = parseStored<Resource & { link?: { type?: string; other?: { reference?: string } }[] }>(
    patient.json,
  );
  const same = link.filter(({ type }) => type === 'seealso');
  const others = same.map(({ other }) => localReference(other?.reference ?? '', [endpoint.url]));
  return [...new Set([id, ...others.flatMap(one => (one?.type === 'Patient' ? [one.id] : []))])];
}

/** A page link carries what was asked for, and what the pages before brought along, which is not told twice. */
interface PageLink {
  asked: Asked;
  after?: Position;
  brought: readonly string[];
}

/** What a link remembers: each makes it longer. */
const MAX_BROUGHT = 200;

/** A resource's name in few characters. */
const markOf = ({ type, id }: Key): string =>
  createHash('sha256').update(`${type}/${id}`).digest('base64url').slice(0, 8);

function continued({ request, services, actor }: Context, asked: Asked): PageLink {
  const link = request.query.find(([name]) => name === '_page')?.[1];
  if (link === undefined) return { asked, brought: [] };
  const content = services.cursors.open(link, actor) as unknown as PageLink;
  if (content.asked.patient !== asked.patient) throw new Fault('not-found', 'There is no such page.');
  return content;
}

function nextLink({ endpoint, request, services, actor }: Context, page: PageLink, after: Position | undefined) {
  if (!after) return [];
  const link = services.cursors.seal({ ...page, after }, actor);
  return [
    { relation: 'next' as const, url: pageUrl(`${endpoint.url}/${request.path.join('/')}`, link, request.query) },
  ];
}

/** What else is told: members, on their own pages; of what they refer to, these types; what pages before brought along. */
interface Told {
  of: readonly { type: string; where: Filter }[];
  types: readonly string[] | undefined;
  brought: ReadonlySet<string>;
}

/** What the page refers to outside the compartment: practitioners, organizations, medications. */
async function referenced(
  context: Context,
  rows: readonly Version[],
  { of, types, brought }: Told,
): Promise<Version[]> {
  const { services, endpoint, store, partition } = context;
  const all = { source: '*', param: '*', iterate: false, wildcard: true };
  const there = new Set(rows.map(({ key }) => `${key.type}/${key.id}`));
  const names = rows.flatMap(({ json }) =>
    referencesFor(all, parseStored<Resource>(json), services.registry, [endpoint.url]),
  );
  const keys = [...new Set(names)].flatMap((name): Key[] => {
    const [type = '', id = ''] = name.split('/');
    const key = { partition, type, id };
    const wanted = types?.includes(type) ?? endpoint.resources.has(type);
    return wanted && type !== 'Patient' && !there.has(name) && !brought.has(markOf(key)) ? [key] : [];
  });
  const members = new Map(of.map(({ type, where }) => [type, where]));
  const found = await store.read(keys.slice(0, services.limits.maxIncludes), type => not(members.get(type) ?? NONE));
  return found.filter(version => version !== undefined && !version.deleted) as Version[];
}

async function entryOf(
  { endpoint, services }: Context,
  version: Version,
  mode: 'match' | 'include',
  view: View | undefined,
): Promise<BundleEntry> {
  const { type, id } = version.key;
  const text = await shownText(services.blobs, version);
  const json = view ? JSON.stringify(project(parseStored<Resource>(text), view, services.definitions)) : text;
  return { fullUrl: `${endpoint.url}/${type}/${id}`, json, search: { mode } };
}
