/** A search as a value: its parameters, from URL and form or from the page link that carries them, and the parsed query. */
import { containersOf } from '../definitions/containers.js';
import { declaredIncludes } from '../definitions/declared-includes.js';
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import { continuedQuery, isOfPath, mayContinue } from '../fhir/page-url.js';
import { parametersOf, type Query } from '../fhir/request.js';
import { isElement } from '../formats/summary.js';
import type { BareId } from '../search/bare-ids.js';
import { compartmentFilter } from '../search/compartment.js';
import { chainResolver, type OpenChains } from '../search/open-chains.js';
import { withContained } from '../search/contained-search.js';
import { parseSearch, type ParsedSearch, type SearchRequest } from '../search/parse.js';
import type { Filter, Position } from '../search/query.js';
import { terminologyNames } from '../search/terminology-names.js';
import type { Context, HandlerParts } from '../service.js';
import { assertOneType } from './assert-one-type.js';
import { askStore } from './ask-chain.js';

export type QuestionParts = Pick<
  HandlerParts,
  'cursors' | 'limits' | 'registryOf' | 'clock' | 'terminology' | 'definitions' | 'personal'
>;

export interface SearchQuestion {
  parsed: ParsedSearch;
  /** The parameters as sent. */
  query: Query;
  limit: number;
  /** Where the latest pages up to this one start; null is the beginning. */
  starts: readonly (Position | null)[];
  /** From a page link: the total of the first page; null if that page had none. */
  total?: number | null;
}

const PAGE = '_page';
/** Parameters of the form of the answer, which are no part of the question. */
export const FORM_ONLY: ReadonlySet<string> = new Set(['_format', '_pretty']);

/** The path of a search, the same for GET and for POST to `_search`. */
export const searchPath = ({ request }: Context): string[] => request.path.filter(segment => segment !== '_search');

export async function questionOf(context: Context, parts: QuestionParts): Promise<SearchQuestion> {
  const given = parametersOf(context.request).filter(([name]) => !FORM_ONLY.has(name));
  const cursor = given.find(([name]) => name === PAGE)?.[1];
  if (cursor === undefined) return parsedQuestion(context, given, parts);
  const { path, query, starts, total } = parts.cursors.open(cursor, context.actor) as unknown as SearchLink;
  if (!mayContinue(given) || !isOfPath(path, searchPath(context)) || !Array.isArray(starts)) {
    throw new Fault('not-found', 'There is no such page.');
  }
  return { ...(await parsedQuestion(context, continuedQuery(query, given), parts)), starts, total };
}

/** What the cursor of a page holds. */
export interface SearchLink extends Pick<SearchQuestion, 'query' | 'starts'> {
  path: readonly string[];
  total: number | null;
}

/** One pass over the parameters, and one over the parsed tree if chains follow canonical references. */
async function parsedQuestion(context: Context, query: Query, parts: QuestionParts): Promise<SearchQuestion> {
  const { limits, registryOf } = parts;
  const openChains: OpenChains = new Map();
  const bareIds: BareId[] = [];
  const request = await searchRequest(context, query, { openChains, bareIds }, parts);
  const parsed = parseSearch(registryOf(context.partition), request);
  await assertOneType(context, bareIds);
  const closed =
    openChains.size === 0 ? parsed.of : await resolved(parsed.of, chainResolver(openChains, askStore(context)));
  const of = context.route.compartment ? await inCompartment(context, closed, parts) : closed;
  const asked = withContained({ ...parsed, of }, containersOf(context.endpoint));
  return { parsed: asked, query, starts: [null], limit: Math.max(1, parsed.count ?? limits.pageSize) };
}

const resolved = (of: ParsedSearch['of'], resolve: (filter: Filter) => Promise<Filter>): Promise<ParsedSearch['of']> =>
  Promise.all(of.map(async ({ type, where }) => ({ type, where: await resolve(where) })));

async function searchRequest(
  context: Context,
  query: Query,
  noted: Required<Pick<SearchRequest, 'openChains' | 'bareIds'>>,
  { limits, clock, terminology, definitions, personal }: QuestionParts,
): Promise<SearchRequest> {
  const { endpoint, route } = context;
  const named = terminologyNames(query);
  return {
    terminology: named.length > 0 ? await terminology(context, named) : undefined,
    ...(route.type === undefined ? { types: [...searchable(endpoint)] } : { type: route.type }),
    query,
    lenient: context.lenient,
    now: clock.now(),
    localBases: [endpoint.url],
    personal: await personal(context, query),
    declared: (type, code) => endpoint.resources.get(type)?.searchParams.has(code) ?? false,
    declaresInclude: declaredIncludes(endpoint),
    isElement: (type, name) => isElement(definitions, type, name),
    limits,
    ...noted,
  };
}

function* searchable(endpoint: Endpoint): Iterable<string> {
  for (const { type, interactions } of endpoint.resources.values()) if (interactions.has('search-type')) yield type;
}

/** The part of a search in a compartment, whose focal resource the caller must see. https://hl7.org/fhir/R4/compartmentdefinition.html */
async function inCompartment(
  context: Context,
  of: ParsedSearch['of'],
  { definitions, registryOf }: QuestionParts,
): Promise<ParsedSearch['of']> {
  const { partition, route, endpoint } = context;
  const { type = '', id = '' } = route.compartment ?? {};
  const definition = definitions.compartment(type);
  if (!definition || !endpoint.compartments.has(String(definition['url'])))
    throw new Fault('not-found', `There is no ${type} compartment here.`, { code: 'not-supported' });
  const [focus] = await context.store.read([{ partition, type, id }]);
  if (!focus || focus.deleted) throw new Fault('not-found', `There is no ${type}/${id}.`);
  return of.flatMap(one => {
    const member = compartmentFilter(registryOf(partition), definition, one.type, id);
    return member ? [{ type: one.type, where: { kind: 'and' as const, of: [member, one.where] } }] : [];
  });
}
