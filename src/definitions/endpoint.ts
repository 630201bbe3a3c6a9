/**
 * An endpoint as declared: its CapabilityStatement (https://hl7.org/fhir/R4/capabilitystatement.html) compiled into what
 * router, search and pages ask of it. capability/*.json is the only list of what is served.
 */
import type { FhirRequest } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';

export type InteractionCode =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'create'
  | 'search-type'
  | 'history-system'
  | 'search-system'
  | 'batch'
  | 'transaction'
  | 'capabilities';

export interface OperationEntry {
  /** Without `$`. */
  name: string;
  /** Canonical URL of its OperationDefinition. */
  definition: string;
}

export interface ResourceEntry {
  type: string;
  interactions: ReadonlySet<InteractionCode>;
  /** Search parameter code → canonical URL of its SearchParameter. */
  searchParams: ReadonlyMap<string, string>;
  includes: ReadonlySet<string>;
  revincludes: ReadonlySet<string>;
  operations: ReadonlyMap<string, OperationEntry>;
  /** Every resource of the type must conform to these (Capabilitystatement.rest.resource.profile). */
  profiles: readonly string[];
  conditionalCreate: boolean;
  conditionalUpdate: boolean;
  conditionalDelete: 'not-supported' | 'single' | 'multiple';
  updateCreate: boolean;
  conditionalRead: boolean;
  /** `no-version`: answers name no version. `versioned-update`: an update must name the one it changes. */
  versioning: 'no-version' | 'versioned' | 'versioned-update';
  /** References must resolve within the endpoint. */
  referencesEnforced: boolean;
}

export interface Endpoint {
  /** `portal`, `customer`, … */
  name: string;
  /** Mount path, `/fhir/portal` or `/fhir/customer/demo`. */
  path: string;
  /** Public base URL without a trailing slash. */
  url: string;
  partition: string;
  statement: Resource;
  resources: ReadonlyMap<string, ResourceEntry>;
  /** System-level interactions. */
  interactions: ReadonlySet<InteractionCode>;
  /** System-level operations. */
  operations: ReadonlyMap<string, OperationEntry>;
  /** Canonical URLs of the compartments that can be searched. */
  compartments: ReadonlySet<string>;
}

/** What a request asks for, found in the endpoint's table. */
export interface Route {
  interaction: InteractionCode | 'operation';
  type?: string;
  id?: string;
  versionId?: string;
  /** Compartment search: `Patient/1/Observation`. */
  compartment?: { type: string; id: string };
  operation?: OperationEntry & { level: 'system' | 'type' | 'instance' };
  /** A conditional update, patch or delete: criteria instead of an id. */
  conditional: boolean;
}

/** Finds the route, or throws Fault `not-found` or `not-supported`. */
export type Routing = (endpoint: Endpoint, request: Pick<FhirRequest, 'method' | 'path' | 'query'>) => Route;
