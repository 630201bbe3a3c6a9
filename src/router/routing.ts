/**
 * The table: capability → routes. A path is looked up in what the endpoint declares; what is not declared is not served.
 * https://hl7.org/fhir/R4/http.html#summary
 */
import type { Endpoint, InteractionCode, OperationEntry, ResourceEntry, Route } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import { ID } from '../fhir/reference.js';
import type { FhirRequest, Method } from '../fhir/request.js';

type Asked = Pick<FhirRequest, 'method' | 'path'>;
type ByMethod = Partial<Record<Method, InteractionCode>>;

const SYSTEM: Record<string, ByMethod> = {
  '': { GET: 'search-system', POST: 'batch' },
  metadata: { GET: 'capabilities' },
  _search: { POST: 'search-system' },
  _history: { GET: 'history-system' },
};
const TYPE: ByMethod = { GET: 'search-type', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const TYPE_BELOW: Record<string, ByMethod> = { _search: { POST: 'search-type' }, _history: { GET: 'history-type' } };
const INSTANCE: ByMethod = { GET: 'read', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Finds the route, or throws Fault `not-found` (no such thing here) or `not-supported` (405). */
export function route(endpoint: Endpoint, request: Asked): Route {
  const [first = '', ...below] = request.path;
  if (below.length === 0) {
    const byMethod = Object.hasOwn(SYSTEM, first) ? SYSTEM[first] : undefined;
    if (byMethod) return system(endpoint, request, byMethod);
    if (first.startsWith('$')) return operation(endpoint.operations, first, 'system');
  }
  const entry = endpoint.resources.get(first);
  if (!entry) throw new Fault('not-found', 'This endpoint serves no such path.', { code: 'not-supported' });
  return below.length === 0 ? typeRoute(entry, request) : belowType(endpoint, entry, request, below);
}

function system(endpoint: Endpoint, request: Asked, byMethod: ByMethod): Route {
  const interaction = byMethod[verb(request.method)];
  const declared =
    interaction === 'capabilities' ||
    (interaction === 'batch'
      ? endpoint.interactions.has('batch') || endpoint.interactions.has('transaction')
      : interaction !== undefined && endpoint.interactions.has(interaction));
  if (interaction === undefined || !declared) throw notSupported(request.method);
  return { interaction, conditional: false };
}

function typeRoute(entry: ResourceEntry, request: Asked): Route {
  const interaction = declared(entry, TYPE[verb(request.method)], request.method);
  const conditional = interaction === 'update' || interaction === 'patch' || interaction === 'delete';
  if (conditional && !conditionalServed(entry, interaction)) throw notSupported(request.method);
  return { interaction, type: entry.type, conditional };
}

function conditionalServed(entry: ResourceEntry, interaction: InteractionCode): boolean {
  return interaction === 'delete' ? entry.conditionalDelete !== 'not-supported' : entry.conditionalUpdate;
}

function belowType(endpoint: Endpoint, entry: ResourceEntry, request: Asked, below: readonly string[]): Route {
  const [second = '', ...rest] = below;
  const { type } = entry;
  if (second.startsWith('$') && rest.length === 0) {
    return { ...operation(entry.operations, second, 'type'), type };
  }
  const typeLevel = rest.length === 0 && Object.hasOwn(TYPE_BELOW, second) ? TYPE_BELOW[second] : undefined;
  if (typeLevel) {
    return { interaction: declared(entry, typeLevel[verb(request.method)], request.method), type, conditional: false };
  }
  if (!ID.test(second)) throw new Fault('not-found', 'This is not the id of a resource.', { code: 'not-found' });
  return instanceRoute(endpoint, entry, request, second, rest);
}

function instanceRoute(
  endpoint: Endpoint,
  entry: ResourceEntry,
  request: Asked,
  id: string,
  [third, fourth, ...rest]: readonly string[],
): Route {
  const { type } = entry;
  const at = { type, id, conditional: false };
  if (rest.length > 0) throw unknownPath();
  if (third === undefined)
    return { ...at, interaction: declared(entry, INSTANCE[verb(request.method)], request.method) };
  if (third.startsWith('$') && fourth === undefined)
    return { ...operation(entry.operations, third, 'instance'), type, id };
  if (third === '_history') return { ...at, ...historyRoute(entry, request, fourth) };
  return compartmentRoute(endpoint, request, { type, id }, third, fourth);
}

function historyRoute(
  entry: ResourceEntry,
  request: Asked,
  versionId?: string,
): Pick<Route, 'interaction' | 'versionId'> {
  const interaction = versionId === undefined ? 'history-instance' : 'vread';
  if (verb(request.method) !== 'GET') throw notSupported(request.method);
  return {
    interaction: declared(entry, interaction, request.method),
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** https://hl7.org/fhir/R4/search.html#2.21.1.2: `Patient/1/Observation`, `Patient/1/*`, and POST `…/_search`. */
function compartmentRoute(
  endpoint: Endpoint,
  request: Asked,
  compartment: { type: string; id: string },
  type: string,
  search: string | undefined,
): Route {
  const method = verb(request.method);
  if (search !== undefined && search !== '_search') throw unknownPath();
  if (method !== (search === undefined ? 'GET' : 'POST')) throw notSupported(request.method);
  if (type === '*') return { interaction: 'search-system', compartment, conditional: false };
  const entry = endpoint.resources.get(type);
  if (!entry) throw unknownPath();
  return { interaction: declared(entry, 'search-type', request.method), type, compartment, conditional: false };
}

function operation(
  operations: ReadonlyMap<string, OperationEntry>,
  segment: string,
  level: 'system' | 'type' | 'instance',
): Route {
  const entry = operations.get(segment.slice(1));
  if (!entry) throw new Fault('not-found', 'This endpoint serves no such operation here.', { code: 'not-supported' });
  return { interaction: 'operation', operation: { ...entry, level }, conditional: false };
}

function declared(entry: ResourceEntry, interaction: InteractionCode | undefined, method: Method): InteractionCode {
  if (interaction === undefined || !entry.interactions.has(interaction)) throw notSupported(method);
  return interaction;
}

const verb = (method: Method): Method => (method === 'HEAD' ? 'GET' : method);

const notSupported = (method: Method): Fault =>
  new Fault('not-supported', `${method} is not supported here; the CapabilityStatement at /metadata lists what is.`);

const unknownPath = (): Fault =>
  new Fault('not-found', 'This endpoint serves no such path.', { code: 'not-supported' });
