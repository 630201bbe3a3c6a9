/** What is served, before anything is stored: definitions, search parameters, endpoints; and the check at start. */
import { createPostings, withoutCompartmentPaths, type Postings } from '../access/compartment-paths.js';
import { withoutOpeningFunction } from '../access/functions.js';
import type { Config } from '../config/config.js';
import { loadEndpoints, sharedPartition } from '../definitions/capability.js';
import { checkEndpoints } from '../definitions/check.js';
import { dataTypesAt } from '../definitions/data-types.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { EndpointDeclaration } from '../definitions/endpoints.table.js';
import { loadDefinitions } from '../definitions/load.js';
import { oauthUris } from '../identity/authorization-server/addresses.js';
import { interactionCodes } from '../interactions/index.js';
import { workflowGaps } from '../operations/workflow-gaps.js';
import { workflows } from '../portal/workflows.js';
import { terminologyOf } from '../conformance/search-terminology.js';
import { projectRoot } from '../project-root.js';
import { settingError } from '../config/setting-error.js';
import type { Operation } from '../service.js';
import { ownCanonicals, type OwnCanonicals } from '../fhir/own-canonicals.js';
import { phoneForm } from '../fhir/phone-number.js';
import { createRegistry, type SearchRegistry } from '../search/registry.js';

export interface Model {
  /** The project's folder. */
  root: string;
  definitions: Definitions;
  registry: SearchRegistry;
  endpoints: readonly Endpoint[];
  postings: Postings;
}

export function loadModel(
  { url, canonicalUrl, patientSystem, packages, customers, phoneRegion }: Config,
  declarations?: readonly EndpointDeclaration[],
): Model {
  const root = projectRoot();
  const definitions = definitionsWith(root, packages, ownCanonicals(canonicalUrl, patientSystem));
  const registry = createRegistry(definitions.searchParameters(), {
    terminology: terminologyOf(definitions),
    phoneNumber: phoneForm(phoneRegion),
    dataTypes: path => dataTypesAt(definitions, path),
  });
  const endpoints = loadEndpoints(root, {
    publicUrl: url,
    customers,
    definitions,
    oauthUris: oauthUris(url),
    declarations,
  });
  refuseShared(endpoints);
  return { root, definitions, registry, endpoints, postings: createPostings(definitions.own) };
}

/** Throws Error where two endpoints would write to one partition. */
function refuseShared(endpoints: readonly Endpoint[]): void {
  const shared = sharedPartition(endpoints);
  if (shared === undefined) return;
  const error = new Error(`two endpoints would write to the partition ${shared}`);
  if (endpoints.some(({ customer }) => customer === shared)) settingError('PORTICO_CUSTOMERS', error);
  throw error;
}

/** The one endpoint with this property. Throws Error where it is missing. */
export function endpointThat(
  { endpoints }: Pick<Model, 'endpoints'>,
  has: 'workflows' | 'holdsPeople' | 'holdsAudit',
): Endpoint {
  const found = endpoints.find(endpoint => endpoint[has]);
  if (!found) throw new Error(`no endpoint is declared that has the property ${has}`);
  return found;
}

/** The customers' statement counts where there are no customers (yet), too: it declares operations of its own. */
function declaredBy({ root, definitions, endpoints }: Model): readonly Endpoint[] {
  if (endpoints.some(({ customer }) => customer !== undefined)) return endpoints;
  return loadEndpoints(root, { publicUrl: '', customers: [{ key: 'any', referencesEnforced: false }], definitions });
}

function definitionsWith(root: string, packages: readonly string[], own: OwnCanonicals): Definitions {
  if (packages.length === 0) return loadDefinitions(root, [], own);
  try {
    return loadDefinitions(root, packages, own);
  } catch (error) {
    return settingError('PORTICO_PACKAGES', error);
  }
}

/** What is declared is what is served: throws Error that lists every gap between statements, code and definitions. */
export function checkStart(model: Model, operations: readonly Operation[]): void {
  const { definitions, registry } = model;
  const { own } = definitions;
  const served = operations.map(({ definition }) => definition);
  const code = {
    registry,
    interactions: interactionCodes,
    operations: served,
    withoutCompartmentPaths,
    withoutOpeningFunction,
  };
  const gaps = [
    ...checkEndpoints(declaredBy(model), { definitions, ...code }),
    ...workflowGaps(workflows(own), { own, operations: served, definition: url => definitions.operation(url) }),
  ];
  if (gaps.length > 0) throw new Error(`What is declared is not what is served:\n- ${gaps.join('\n- ')}`);
}
