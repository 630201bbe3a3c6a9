/**
 * Reads capability/*.json and compiles each CapabilityStatement into an Endpoint.
 * https://hl7.org/fhir/R4/capabilitystatement.html
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Definitions } from './definitions.js';
import type { Endpoint, InteractionCode, OperationEntry, Registered, ResourceEntry } from './endpoint.js';
import { endpoints as table, type EndpointDeclaration } from './endpoints.table.js';
import { kindOf, type Kind } from './kind.js';
import { isReadingRecipe, prepareReading, type ReadingRecipe } from './reading-recipe.js';
import { prepare, type Recipe } from './recipe.js';
import type { StructureDefinition } from './slim.js';
import { defined } from '../fhir/defined.js';

/** A customer has an endpoint and a partition of its own, both named by its key. */
export interface Customer {
  /** `[a-z0-9]{1,16}` */
  key: string;
  /** References must resolve within the customer's data. */
  referencesEnforced: boolean;
}

export interface EndpointOptions {
  /** Without a trailing slash. */
  publicUrl: string;
  customers: readonly Customer[];
  definitions: Definitions;
  /** Addresses of the authorization server, by the names that the statement has for them. */
  oauthUris?: Readonly<Record<string, string>>;
  /** Default: endpoints.table.ts. */
  declarations?: readonly EndpointDeclaration[] | undefined;
}

const objects = (value: unknown): JsonObject[] => (value as JsonObject[] | undefined) ?? [];
const strings = (value: unknown): string[] => (value as string[] | undefined) ?? [];

function interactionsOf(entry: JsonObject): Set<InteractionCode> {
  return new Set(objects(entry['interaction']).map(({ code }) => code as InteractionCode));
}

function operationsOf(entry: JsonObject): Map<string, OperationEntry> {
  const operations = objects(entry['operation']) as unknown as OperationEntry[];
  return new Map(operations.map(({ name, definition }) => [name, { name, definition }]));
}

function compileResource(entry: JsonObject, definitions: Definitions): ResourceEntry {
  const searchParams = objects(entry['searchParam']) as { name: string; definition: string }[];
  return {
    type: entry['type'] as string,
    interactions: interactionsOf(entry),
    searchParams: new Map(searchParams.map(({ name, definition }) => [name, definition])),
    includes: new Set(strings(entry['searchInclude'])),
    revincludes: new Set(strings(entry['searchRevInclude'])),
    operations: operationsOf(entry),
    profiles: entry['profile'] === undefined ? [] : [entry['profile'] as string],
    kinds: strings(entry['supportedProfile']).flatMap(canonical => kindIn(canonical, definitions) ?? []),
    conditionalCreate: entry['conditionalCreate'] === true,
    conditionalUpdate: entry['conditionalUpdate'] === true,
    conditionalDelete: (entry['conditionalDelete'] ?? 'not-supported') as ResourceEntry['conditionalDelete'],
    updateCreate: entry['updateCreate'] === true,
    versioning: (entry['versioning'] ?? 'versioned') as ResourceEntry['versioning'],
    conditionalRead: entry['conditionalRead'] === 'full-support',
    referencesEnforced: strings(entry['referencePolicy']).includes('enforced'),
  };
}

function kindIn(canonical: string, definitions: Definitions): Kind | undefined {
  const definition = definitions.structure(canonical) as StructureDefinition | undefined;
  return kindOf(canonical, definition?.snapshot?.element ?? []);
}

/** The statement of this instance: with its address and the software. */
function instanceOf(
  statement: Resource,
  url: string,
  software: JsonObject,
  oauthUris: Readonly<Record<string, string>>,
): Resource {
  const { resourceType, rest, fhirVersion, format, patchFormat, implementationGuide, ...head } = statement;
  return {
    resourceType,
    ...head,
    kind: 'instance',
    software,
    implementation: { description: statement['title'], url },
    fhirVersion,
    format,
    patchFormat,
    ...defined({ implementationGuide }),
    rest: objects(rest).map(one => withOauthUris(one, oauthUris)),
  };
}

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/** https://hl7.org/fhir/smart-app-launch/1.0.0/conformance/index.html */
function withOauthUris(rest: JsonObject, uris: Readonly<Record<string, string>>): JsonObject {
  const names = Object.entries(uris).map(([url, valueUri]) => ({ url, valueUri }));
  if (names.length === 0) return rest;
  const security = rest['security'] as JsonObject;
  return { ...rest, security: { extension: [{ url: OAUTH_URIS, extension: names }], ...security } };
}

/** The part of an endpoint that its CapabilityStatement declares. */
type Declared = Pick<Endpoint, 'resources' | 'interactions' | 'operations' | 'compartments' | 'statement'>;

function compile(statement: Resource, definitions: Definitions): Declared {
  const rest = objects(statement['rest'])[0] ?? {};
  const resources = objects(rest['resource']).map(entry => compileResource(entry, definitions));
  return {
    statement,
    resources: new Map(resources.map(entry => [entry.type, entry])),
    interactions: interactionsOf(rest).add('capabilities'),
    operations: operationsOf(rest),
    compartments: new Set(strings(rest['compartment'])),
  };
}

/** The recipe for customers who want references to resources that do not exist to be refused. */
function enforcing(recipe: Recipe): Recipe {
  const referencePolicy = ['literal', 'logical', 'local', 'enforced'];
  return { ...recipe, resource: { ...recipe.resource, referencePolicy } };
}

const CUSTOMER = '{customer}';

/** The clients that a declaration admits; of customers' own systems those of this customer. */
export const admission =
  ({ registrations }: Pick<EndpointDeclaration, 'registrations'>, customer?: string) =>
  (client: Registered): boolean =>
    registrations.some(one => client.registrations.has(one)) &&
    (customer === undefined || client.customers === undefined || client.customers.has(customer));

/** The partitions of the endpoints that have a property. */
const partitionsThat = (declarations: readonly EndpointDeclaration[], has: 'workflows' | 'holdsAudit'): string[] =>
  declarations.flatMap(one => (one[has] === true ? one.partitions : []));

/** Everything about an endpoint but what its statement declares. */
function placed(
  declaration: EndpointDeclaration,
  { publicUrl, declarations = table }: EndpointOptions,
  customer?: string,
): Omit<Endpoint, keyof Declared> {
  const named = (text: string): string => text.replace(CUSTOMER, customer ?? '');
  const { name, path, readOnly = false, workflows, ownParameters, holdsPeople, holdsAudit, listed } = declaration;
  const partitions = declaration.partitions.map(named);
  const [partition = name, ...others] = partitions;
  const [working, audited] = (['workflows', 'holdsAudit'] as const).map(has => partitionsThat(declarations, has));
  return {
    name,
    path: named(path),
    url: publicUrl + named(path),
    ...defined({ customer }),
    view: { partitions, readOnly: readOnly || others.length > 0 },
    partition: others.length > 0 ? name : partition,
    admits: admission(declaration, customer),
    workflows: workflows ?? false,
    ownParameters: ownParameters ?? false,
    holdsPeople: holdsPeople ?? false,
    holdsAudit: holdsAudit ?? false,
    holdsDrafts: partitions.some(one => working?.includes(one)),
    inAudit: partitions.every(one => audited?.includes(one)),
    listed: listed ?? false,
  };
}

/**
 * All endpoints this server has.
 * @param root the folder that holds capability/ and package.json
 */
export function loadEndpoints(root: string, options: EndpointOptions): Endpoint[] {
  const { customers, definitions, oauthUris = {}, declarations = table } = options;
  const read = (path: string): unknown => JSON.parse(definitions.own.fromFile(readFileSync(join(root, path), 'utf8')));
  const { version } = read('package.json') as { version: string };
  const software = { name: 'Portico', version };
  const compiled = (declaration: EndpointDeclaration, enforced: boolean): Declared => {
    const { statement, recipe = '' } = declaration;
    if (statement !== undefined) return compile(read(join('capability', statement)) as Resource, definitions);
    const prepared = read(join('capability', recipe)) as Recipe | ReadingRecipe;
    if (isReadingRecipe(prepared)) {
      return compile(prepareReading(prepared, read(join('capability', prepared.of)) as Resource), definitions);
    }
    return compile(prepare(enforced ? enforcing(prepared) : prepared, definitions), definitions);
  };
  const at = (declaration: EndpointDeclaration, declared: Declared, customer?: string): Endpoint => {
    const place = placed(declaration, options, customer);
    return { ...declared, ...place, statement: instanceOf(declared.statement, place.url, software, oauthUris) };
  };
  return declarations.flatMap(declaration => {
    if (!declaration.path.includes(CUSTOMER)) return [at(declaration, compiled(declaration, false))];
    // Customers' endpoints differ in one switch alone.
    const shared = memo((enforced: boolean) => compiled(declaration, enforced));
    return customers.map(({ key, referencesEnforced }) => at(declaration, shared(referencesEnforced), key));
  });
}

/** A partition that two endpoints would write to, or whose name a union has too. */
export function sharedPartition(endpoints: readonly Endpoint[]): string | undefined {
  const own = endpoints.filter(({ view }) => !view.readOnly || view.partitions.length > 1);
  const names = own.map(({ partition }) => partition);
  return names.find((name, at) => names.indexOf(name) < at);
}

function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return key => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
