/**
 * Finds the route of a path in the endpoint's CapabilityStatement; an interaction that is not declared is not served.
 * https://hl7.org/fhir/R4/http.html#summary
 */
import type { Endpoint, InteractionCode, OperationEntry, ResourceEntry, Route } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import { ID } from '../fhir/reference.js';
import type { FhirRequest, Method } from '../fhir/request.js';
import { defined } from '../fhir/defined.js';

type Call = Pick<FhirRequest, 'method' | 'path'>;
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
export function route(endpoint: Endpoint, request: Call): Route {
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

function system({ interactions }: Endpoint, request: Call, byMethod: ByMethod): Route {
  const served = (code: InteractionCode): boolean =>
    interactions.has(code) || (code === 'batch' && interactions.has('transaction'));
  return { interaction: interactionOf(byMethod, request.method, served), conditional: false };
}

function typeRoute(entry: ResourceEntry, request: Call): Route {
  const served = (code: InteractionCode): boolean => entry.interactions.has(code) && conditionServed(entry, code);
  const interaction = interactionOf(TYPE, request.method, served);
  return { interaction, type: entry.type, conditional: CONDITIONAL.has(interaction) };
}

/** On a type instead of an instance, these go by criteria. */
const CONDITIONAL = new Set<InteractionCode>(['update', 'patch', 'delete']);

function conditionServed(entry: ResourceEntry, code: InteractionCode): boolean {
  if (!CONDITIONAL.has(code)) return true;
  return code === 'delete' ? entry.conditionalDelete !== 'not-supported' : entry.conditionalUpdate;
}

function belowType(endpoint: Endpoint, entry: ResourceEntry, request: Call, below: readonly string[]): Route {
  const [second = '', ...rest] = below;
  const { type } = entry;
  if (second.startsWith('$') && rest.length === 0) {
    return { ...operation(entry.operations, second, 'type'), type };
  }
  const typeLevel = rest.length === 0 && Object.hasOwn(TYPE_BELOW, second) ? TYPE_BELOW[second] : undefined;
  if (typeLevel) {
    return { interaction: declared(entry, typeLevel, request.method), type, conditional: false };
  }
  if (!ID.test(second)) throw noId(request);
  return instanceRoute(endpoint, entry, request, second, rest);
}

function instanceRoute(
  endpoint: Endpoint,
  entry: ResourceEntry,
  request: Call,
  id: string,
  [third, fourth, ...rest]: readonly string[],
): Route {
  const { type } = entry;
  const at = { type, id, conditional: false };
  if (rest.length > 0) throw unknownPath();
  if (third === undefined) return { ...at, interaction: declared(entry, INSTANCE, request.method) };
  if (third.startsWith('$') && fourth === undefined)
    return { ...operation(entry.operations, third, 'instance'), type, id };
  if (third === '_history') return { ...at, ...historyRoute(entry, request, fourth) };
  return compartmentRoute(endpoint, request, { type, id }, third, fourth);
}

function historyRoute(
  entry: ResourceEntry,
  request: Call,
  versionId?: string,
): Pick<Route, 'interaction' | 'versionId'> {
  const byMethod: ByMethod = { GET: versionId === undefined ? 'history-instance' : 'vread' };
  return { interaction: declared(entry, byMethod, request.method), ...defined({ versionId }) };
}

/** https://hl7.org/fhir/R4/search.html#2.21.1.2: `Patient/1/Observation`, `Patient/1/*`, and POST `…/_search`. */
function compartmentRoute(
  endpoint: Endpoint,
  request: Call,
  compartment: { type: string; id: string },
  type: string,
  search: string | undefined,
): Route {
  if (search !== undefined && search !== '_search') throw unknownPath();
  const method = search === undefined ? 'GET' : 'POST';
  const at = { compartment, conditional: false };
  if (type === '*')
    return { ...at, interaction: interactionOf({ [method]: 'search-system' }, request.method, () => true) };
  const entry = endpoint.resources.get(type);
  if (!entry) throw unknownPath();
  return { ...at, interaction: declared(entry, { [method]: 'search-type' }, request.method), type };
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

const declared = (entry: ResourceEntry, byMethod: ByMethod, method: Method): InteractionCode =>
  interactionOf(byMethod, method, code => entry.interactions.has(code));

/** The interaction of this method at a path, or Fault `not-supported` with the methods that are (RFC 9110 15.5.6). */
function interactionOf(
  byMethod: ByMethod,
  method: Method,
  served: (code: InteractionCode) => boolean,
): InteractionCode {
  const found = byMethod[method === 'HEAD' ? 'GET' : method];
  if (found !== undefined && served(found)) return found;
  const offered = Object.entries(byMethod).filter(([, code]) => served(code));
  const allow = offered.map(([name]) => (name === 'GET' ? 'GET, HEAD' : name)).join(', ');
  const message = `${method} is not supported here; the CapabilityStatement at /metadata lists what is.`;
  throw new Fault('not-supported', message, { headers: { allow } });
}

/** Nothing is there; and nothing can be put there. */
const noId = ({ method }: Call): Fault =>
  new Fault(method === 'PUT' ? 'invalid' : 'not-found', 'This is not the id of a resource.', {
    code: method === 'PUT' ? 'value' : 'not-found',
  });

const unknownPath = (): Fault =>
  new Fault('not-found', 'This endpoint serves no such path.', { code: 'not-supported' });
