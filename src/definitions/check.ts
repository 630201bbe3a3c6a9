/**
 * The start-up check: what endpoints declare against definitions and code, in both directions. No other place knows what a
 * declaration needs.
 */
import { proxyFunctions } from '../fhir/proxy-basis.table.js';
import type { JsonObject } from '../fhir/resource.js';
import type { Definitions } from './definitions.js';
import type { Endpoint, InteractionCode, OperationEntry, ResourceEntry } from './endpoint.js';

/** The code that serves what is declared, as far as the check looks at it. */
export interface Implementation {
  definitions: Definitions;
  /** Search parameters by type and code; throws where an expression does not compile. */
  registry: { get(type: string, code: string): { url: string } | undefined };
  /** Canonical URLs of the operations that have a handler. */
  operations: readonly string[];
  /** Codes of the interactions that have a handler. */
  interactions: readonly string[];
  /** Of these types, those without a line in the table of compartment paths. */
  withoutCompartmentPaths(types: readonly string[]): readonly string[];
  /** Of these types, those without a line in the table of the functions of proxies. */
  withoutOpeningFunction(types: readonly string[]): readonly string[];
}

/** All gaps, each a line for a person; [] if declarations and code agree. */
export function checkEndpoints(endpoints: readonly Endpoint[], implementation: Implementation): string[] {
  // Customers' endpoints share what they declare.
  const distinct = new Map(endpoints.map(endpoint => [endpoint.resources, endpoint]));
  const gaps = [...distinct.values()].flatMap(endpoint => checkEndpoint(endpoint, implementation));
  return [
    ...gaps,
    ...undeclaredOperations(endpoints, implementation),
    ...undeclaredInteractions(endpoints, implementation),
  ];
}

function checkEndpoint(endpoint: Endpoint, implementation: Implementation): string[] {
  const known = new Set(implementation.definitions.searchParameters().map(({ url }) => url as string));
  const gaps = [
    ...checkInteractions(endpoint.interactions, implementation),
    ...checkReadOnly(endpoint.interactions, endpoint),
    ...checkOperations(endpoint.operations, undefined, implementation),
    ...checkProfiles(endpoint, implementation),
    ...checkCompartments(endpoint, implementation),
    ...[...endpoint.resources.values()].flatMap(entry =>
      checkResource(entry, endpoint, implementation, known).map(gap => `${entry.type}: ${gap}`),
    ),
  ];
  return gaps.map(gap => `${endpoint.path}: ${gap}`);
}

function checkCompartments({ compartments, resources }: Endpoint, { definitions }: Implementation): string[] {
  const served = new Set([...resources.keys()].map(type => definitions.compartment(type)?.['url']));
  return [...compartments]
    .filter(url => !served.has(url))
    .map(url => `the compartment ${url} is of no type served here`);
}

function checkResource(
  entry: ResourceEntry,
  endpoint: Endpoint,
  implementation: Implementation,
  known: ReadonlySet<string>,
): string[] {
  const { type } = entry;
  if (!implementation.definitions.isResourceType(type)) return ['is no resource type of the definitions'];
  return [
    ...implementation.withoutCompartmentPaths([type]).map(() => 'has no line in the table of compartment paths'),
    ...implementation.withoutOpeningFunction([type]).map(() => 'has no line in the table of the functions of proxies'),
    ...checkInteractions(entry.interactions, implementation),
    ...checkReadOnly(entry.interactions, endpoint),
    ...checkVersioning(entry),
    ...[...entry.searchParams].flatMap(([code, url]) => checkSearchParam(type, code, url, implementation, known)),
    ...checkIncludes(entry, endpoint),
    ...checkOperations(entry.operations, type, implementation),
  ];
}

function checkInteractions(declared: ReadonlySet<string>, { interactions }: Implementation): string[] {
  return [...declared]
    .filter(code => !interactions.includes(code))
    .map(code => `the interaction ${code} has no handler`);
}

const WRITING: readonly InteractionCode[] = ['create', 'update', 'patch', 'delete', 'transaction'];

const checkReadOnly = (declared: ReadonlySet<InteractionCode>, { view }: Endpoint): string[] =>
  WRITING.filter(code => view.readOnly && declared.has(code)).map(
    code => `the interaction ${code} writes, and nothing is written here`,
  );

/** https://hl7.org/fhir/R4/valueset-versioning-policy.html */
const checkVersioning = ({ versioning, interactions }: ResourceEntry): string[] =>
  versioning === 'no-version' && interactions.has('vread')
    ? ['the interaction vread is of a type without versions']
    : [];

function checkSearchParam(
  type: string,
  code: string,
  url: string,
  implementation: Implementation,
  known: ReadonlySet<string>,
): string[] {
  if (!known.has(url)) return [`the search parameter ${code} has no definition ${url}`];
  try {
    const found = implementation.registry.get(type, code);
    if (!found) return [`the search parameter ${code} is unknown to the search`];
    return found.url === url ? [] : [`the search parameter ${code} is defined by ${found.url}, not ${url}`];
  } catch (error) {
    return [`the search parameter ${code} does not compile: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function checkIncludes(entry: ResourceEntry, { resources }: Endpoint): string[] {
  const leadsNowhere = (include: string): boolean => {
    const [source = '', code = ''] = include.split(':');
    return include !== '*' && !resources.get(source)?.searchParams.has(code);
  };
  return [...entry.includes, ...entry.revincludes]
    .filter(leadsNowhere)
    .map(include => `the include ${include} names no declared search parameter`);
}

function checkOperations(
  declared: ReadonlyMap<string, OperationEntry>,
  type: string | undefined,
  implementation: Implementation,
): string[] {
  return [...declared.values()].flatMap(entry => checkOperation(entry, type, implementation));
}

function checkOperation(
  { name, definition }: OperationEntry,
  type: string | undefined,
  implementation: Implementation,
): string[] {
  const gaps: string[] = [];
  const found = implementation.definitions.operation(definition);
  if (!found) gaps.push(`has no definition ${definition}`);
  else if (found['code'] !== name) gaps.push(`is called ${String(found['code'])} in its definition`);
  else if (!servesLevel(found, type)) gaps.push('is declared at a level or type that its definition does not offer');
  if (!implementation.operations.includes(definition)) gaps.push('has no handler');
  if (found) gaps.push(...checkFunctions(found, implementation.definitions));
  return gaps.map(gap => `the operation $${name} ${gap}`);
}

/** Whoever acts for patients must know by which function of theirs. */
function checkFunctions(operation: JsonObject, { own }: Definitions): string[] {
  const all = (operation['extension'] ?? []) as JsonObject[];
  const of = (name: string) => all.filter(({ url }) => url === own.structure(name));
  const forPatients = of('required-scope').some(({ valueString }) => String(valueString).startsWith('patient/'));
  const functions = of('required-function').map(({ valueCode }) => valueCode);
  if (forPatients && functions.length === 0)
    return ['is for patients, and names no required-function of their proxies'];
  const known: readonly unknown[] = proxyFunctions;
  return functions
    .filter(one => !known.includes(one))
    .map(one => `requires the function ${String(one)}, which is none`);
}

function servesLevel(definition: JsonObject, type: string | undefined): boolean {
  if (type === undefined) return definition['system'] === true;
  const types = (definition['resource'] ?? []) as string[];
  const offered = definition['type'] === true || definition['instance'] === true;
  return offered && types.some(one => one === type || one === 'Resource' || one === 'DomainResource');
}

function checkProfiles({ statement }: Endpoint, { definitions }: Implementation): string[] {
  const [rest] = (statement['rest'] ?? []) as JsonObject[];
  const entries = (rest?.['resource'] ?? []) as JsonObject[];
  return entries.flatMap(({ type, profile, supportedProfile }) =>
    [...(profile === undefined ? [] : [profile]), ...((supportedProfile ?? []) as string[])]
      .filter(canonical => !definitions.structure(canonical as string))
      .map(canonical => `${String(type)}: the profile ${String(canonical)} has no definition`),
  );
}

function undeclaredOperations(endpoints: readonly Endpoint[], { operations, definitions }: Implementation): string[] {
  const declared = new Set(
    endpoints
      .flatMap(({ operations: system, resources }) => [system, ...[...resources.values()].map(one => one.operations)])
      .flatMap(entries => [...entries.values()].map(({ definition }) => definition)),
  );
  const own = definitions
    .canonicals('OperationDefinition')
    .filter(canonical => canonical.startsWith(`${definitions.own.base}/`));
  return [
    ...undeclared(operations, declared).map(one => `the operation ${one} has a handler, and no endpoint declares it`),
    ...undeclared(own, declared).map(one => `the operation ${one} has a definition, and no endpoint declares it`),
  ];
}

const undeclared = (all: readonly string[], declared: ReadonlySet<string>): string[] =>
  all.filter(one => !declared.has(one));

function undeclaredInteractions(endpoints: readonly Endpoint[], { interactions }: Implementation): string[] {
  const declared = new Set<string>(
    endpoints.flatMap(({ interactions: system, resources }) => [
      ...system,
      ...[...resources.values()].flatMap(entry => [...entry.interactions]),
    ]),
  );
  return undeclared(interactions, declared).map(
    code => `the interaction ${code} has a handler, and no endpoint declares it`,
  );
}
