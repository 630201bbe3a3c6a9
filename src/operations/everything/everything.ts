/**
 * Patient/$everything: the compartment, and what it refers to; what another record of the same person (a link `seealso`)
 * holds as well. https://hl7.org/fhir/R4/patient-operation-everything.html
 */
import { createHash } from 'node:crypto';
import type { Bundle } from 'fhir/r4.js';
import { boundedPage, charactersOf, countFitting } from '../../content/bounded-page.js';
import { shownText } from '../../content/text.js';
import type { Endpoint } from '../../definitions/endpoint.js';
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
import type { Context, Operation, HandlerParts } from '../../service.js';
import type { Key, Version } from '../../store/port.js';
import type { PatientEverythingInput, PatientEverythingOutput } from '../types.js';
import { inPeriod, membersOf, type Window } from './members.js';
import { defined } from '../../fhir/defined.js';

export type EverythingParts = Pick<HandlerParts, 'definitions' | 'registry' | 'limits' | 'cursors' | 'blobs'>;

export const createEverything = (
  parts: EverythingParts,
): Operation<PatientEverythingInput, PatientEverythingOutput> => ({
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  readOnly: true,
  async handler(input, context) {
    const { asked, after, brought } = continued(context, askedFor(input, context, parts), parts);
    const { store, partition, request, endpoint } = context;
    const patients = await recordsOf(context, asked.patient);
    const of = membersOf(parts, endpoint, patients, asked.types).map(one => inPeriod(one, asked, parts.registry));
    const { deadline } = request;
    const page = await boundedPage(search => store.search(search), {
      ...{ partition, of, sort: [], limit: asked.count, deadline },
      ...defined({ after }),
    });
    const known = { of, types: asked.types, brought: new Set(brought) };
    const outside = await referenced(context, page.rows, known, parts);
    const others = outside.slice(0, countFitting(outside, charactersOf(page.rows)));
    const entries: BundleEntry[] = [];
    for (const row of page.rows) entries.push(await entryOf(row, 'match', asked.view, endpoint, parts));
    for (const row of others) entries.push(await entryOf(row, 'include', asked.view, endpoint, parts));
    const link: PageLink = {
      asked,
      brought: [...brought, ...others.map(({ key }) => markOf(key))].slice(-MAX_BROUGHT),
    };
    const self = { relation: 'self' as const, url: `${endpoint.url}/${request.path.join('/')}` };
    const head = { type: 'searchset' as const, link: [self, ...nextLink(context, link, page.next, parts)] };
    return { output: { return: parseStored<Bundle>(bundleText(head, entries)) } };
  },
});

interface Asked extends Window {
  patient: string;
  view?: View;
  types: readonly string[] | undefined;
  count: number;
}

function askedFor(input: PatientEverythingInput, context: Context, { limits }: EverythingParts): Asked {
  const { start, end, _since, _type, _count = limits.maxPageSize } = input;
  if (_count < 1) throw new Fault('invalid', '_count must be 1 or more.', { code: 'value' });
  const view = parseView(context.request.query);
  const since = _since === undefined ? undefined : dateInterval(_since)?.lo;
  return {
    patient: patientOf(context),
    types: typesOf(_type, context),
    count: Math.min(_count, limits.maxPageSize),
    ...defined({ view, since, start, end }),
  };
}

/** On the type alone, people mean themselves; a system must say whom. */
function patientOf({ route, actor }: Context): string {
  const id = route.id ?? actor.self;
  if (id === undefined) throw new Fault('invalid', 'Name the patient: Patient/[id]/$everything.', { code: 'required' });
  return id;
}

function typesOf(listed: readonly string[] | undefined, { endpoint }: Context): string[] | undefined {
  if (listed === undefined) return undefined;
  const types = listed.flatMap(text => text.split(','));
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

function continued({ request, actor }: Context, asked: Asked, { cursors }: EverythingParts): PageLink {
  const link = request.query.find(([name]) => name === '_page')?.[1];
  if (link === undefined) return { asked, brought: [] };
  const content = cursors.open(link, actor) as unknown as PageLink;
  if (content.asked.patient !== asked.patient) throw new Fault('not-found', 'There is no such page.');
  return content;
}

function nextLink(
  { endpoint, request, actor }: Context,
  page: PageLink,
  after: Position | undefined,
  { cursors }: EverythingParts,
) {
  if (!after) return [];
  const link = cursors.seal({ ...page, after }, actor);
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
  { registry, limits }: EverythingParts,
): Promise<Version[]> {
  const { endpoint, store, partition } = context;
  const all = { source: '*', param: '*', iterate: false, wildcard: true, follows: () => true };
  const there = new Set(rows.map(({ key }) => `${key.type}/${key.id}`));
  const resources = rows.map(({ json }) => parseStored<Resource>(json));
  const names = referencesFor(all, resources, registry, [endpoint.url]);
  const keys = [...new Set(names)].flatMap((name): Key[] => {
    const [type = '', id = ''] = name.split('/');
    const key = { partition, type, id };
    const wanted = types?.includes(type) ?? endpoint.resources.has(type);
    return wanted && type !== 'Patient' && !there.has(name) && !brought.has(markOf(key)) ? [key] : [];
  });
  const members = new Map(of.map(({ type, where }) => [type, where]));
  const found = await store.read(keys.slice(0, limits.maxIncludes), type => not(members.get(type) ?? NONE));
  return found.filter(version => version !== undefined && !version.deleted) as Version[];
}

async function entryOf(
  version: Version,
  mode: 'match' | 'include',
  view: View | undefined,
  { url }: Endpoint,
  { blobs, definitions }: EverythingParts,
): Promise<BundleEntry> {
  const { type, id } = version.key;
  const text = await shownText(blobs, version);
  const json = view ? JSON.stringify(project(parseStored<Resource>(text), view, definitions)) : text;
  return { fullUrl: `${url}/${type}/${id}`, json, search: { mode } };
}
