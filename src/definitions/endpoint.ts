/**
 * An endpoint as declared: its CapabilityStatement (https://hl7.org/fhir/R4/capabilitystatement.html) compiled into what
 * router, search and pages ask of it. capability/*.json is the only list of what is served.
 */
import type { FhirRequest } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';
import type { Kind } from './kind.js';

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
  /** What every resource of a kind must conform to, of those supported (Capabilitystatement.rest.resource.supportedProfile). */
  kinds: readonly Kind[];
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

/**
 * As what a client is registered: an app that people use, a system that the organization trusts, a customer's system, a partner's, a
 * partner's whose tokens are bound to one patient each.
 */
export type Registration = 'app' | 'system' | 'customer' | 'partner' | 'tethered';

/** A client, as far as endpoints look at it. */
export interface Registered {
  readonly registrations: ReadonlySet<Registration>;
  /** Keys of the customers whose endpoints it may call; undefined: of all. */
  readonly customers?: ReadonlySet<string>;
}

/** What an endpoint has that others do not. */
export interface EndpointFlags {
  /** The portal's workflows run here: their rules hold for plain writes, their resources are kept here. */
  workflows: boolean;
  /** SearchParameters posted here come into force here. */
  ownParameters: boolean;
  /** The people whom tokens name are kept here. */
  holdsPeople: boolean;
  /** The server's own audit trail is kept here: no client writes AuditEvents, and its references are relative to this base. */
  holdsAudit: boolean;
  /** The landing page shows it to everybody. */
  listed: boolean;
}

/** What is stored, as an endpoint shows it. */
export interface StoreView {
  /** Where it is read from: of several partitions their union, which is read-only. */
  partitions: readonly string[];
  readOnly: boolean;
}

export interface Endpoint extends EndpointFlags {
  /** For logs and pages; no code compares it. */
  name: string;
  /** Mount path, `/fhir/portal` or `/fhir/customer/demo`. */
  path: string;
  /** Public base URL without a trailing slash. */
  url: string;
  /** Whose endpoint it is, where it is a customer's. */
  customer?: string;
  view: StoreView;
  /** By which name its view of the store is read and written: the partition, where it is of a single one. */
  partition: string;
  /** The portal's workflows run on what it shows: messages may be drafts, each its author's alone. */
  holdsDrafts: boolean;
  /** It shows what the endpoint with the audit trail has: the references are the same. */
  inAudit: boolean;
  /** Whether the client may call it at all. */
  admits: (client: Registered) => boolean;
  statement: Resource;
  resources: ReadonlyMap<string, ResourceEntry>;
  /** System-level interactions. */
  interactions: ReadonlySet<InteractionCode>;
  /** System-level operations. */
  operations: ReadonlyMap<string, OperationEntry>;
  /** Canonical URLs of the compartments that can be searched. */
  compartments: ReadonlySet<string>;
}

/** The interaction or operation that a request calls, and on what. */
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
