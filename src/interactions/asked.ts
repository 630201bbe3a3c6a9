/** What a search asks: its parameters from URL and form, or the page link that carries them. */
import type { Endpoint } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import { parametersOf, type Query } from '../fhir/request.js';
import { compartmentFilter } from '../search/compartment.js';
import { parseSearch, type ParsedSearch, type SearchRequest } from '../search/parse.js';
import type { Position } from '../search/query.js';
import { terminologyNames } from '../search/terminology-names.js';
import type { Context } from '../service.js';
import { KnownCanonicals } from './canonicals.js';

export interface Asked {
  parsed: ParsedSearch;
  /** The parameters as they came. */
  query: Query;
  limit: number;
  /** From a page link. */
  after?: Position;
  /** From a page link: the total of the first page, null for none. */
  total?: number | null;
}

const PAGE = '_page';
const FORM_ONLY = new Set(['_format', '_pretty']);

/** Where a search is answered, whichever way it came. */
export const searchPath = ({ request }: Context): string[] => request.path.filter(segment => segment !== '_search');

export async function asked(context: Context): Promise<Asked> {
  const given = parametersOf(context.request).filter(([name]) => !FORM_ONLY.has(name));
  const cursor = given.find(([name]) => name === PAGE)?.[1];
  if (cursor === undefined) return asks(context, given);
  const content = context.services.cursors.open(cursor, context.actor) as unknown as Continued;
  if (given.length > 1 || content.path.join('/') !== searchPath(context).join('/')) {
    throw new Fault('not-found', 'There is no such page.');
  }
  return { ...(await asks(context, content.query)), after: content.after, total: content.total };
}

interface Continued {
  path: readonly string[];
  query: Query;
  after: Position;
  total: number | null;
}

async function asks(context: Context, query: Query): Promise<Asked> {
  const { limits, registryOf, clock } = context.services;
  const { endpoint, route, partition } = context;
  const named = terminologyNames(query);
  const canonicals = new KnownCanonicals(context);
  const request: SearchRequest = {
    terminology: named.length > 0 ? await context.services.terminology(context, named) : undefined,
    ...(route.type === undefined ? { types: [...searchable(endpoint)] } : { type: route.type }),
    query,
    lenient: context.lenient,
    now: clock.now(),
    localBases: [endpoint.url],
    declared: (type, code) => endpoint.resources.get(type)?.searchParams.has(code) ?? false,
    limits,
    canonicals,
  };
  let parsed = parseSearch(registryOf(partition), request);
  while (await canonicals.learn()) parsed = parseSearch(registryOf(partition), request);
  const of = route.compartment ? await inCompartment(context, parsed.of) : parsed.of;
  return { parsed: { ...parsed, of }, query, limit: Math.max(1, parsed.count ?? limits.pageSize) };
}

function* searchable(endpoint: Endpoint): Iterable<string> {
  for (const { type, interactions } of endpoint.resources.values()) if (interactions.has('search-type')) yield type;
}

/** https://hl7.org/fhir/R4/compartmentdefinition.html; the focal resource must be visible. */
async function inCompartment(context: Context, of: ParsedSearch['of']): Promise<ParsedSearch['of']> {
  const { services, partition, route, endpoint } = context;
  const { type = '', id = '' } = route.compartment ?? {};
  const definition = services.definitions.compartment(type);
  if (!definition || !endpoint.compartments.has(String(definition['url'])))
    throw new Fault('not-found', `There is no ${type} compartment here.`, { code: 'not-supported' });
  const [focus] = await context.store.read([{ partition, type, id }]);
  if (!focus || focus.deleted) throw new Fault('not-found', `There is no ${type}/${id}.`);
  return of.flatMap(one => {
    const member = compartmentFilter(services.registryOf(partition), definition, one.type, id);
    return member ? [{ type: one.type, where: { kind: 'and' as const, of: [member, one.where] } }] : [];
  });
}
