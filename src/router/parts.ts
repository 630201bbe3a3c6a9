/** The parts of the router, and the state of one request in it. */
import type { Actor } from '../access/actor.js';
import type { Gate } from '../access/gate.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import type { Clock } from '../fhir/clock.js';
import type { Preference } from '../fhir/prefer.js';
import type { FhirRequest } from '../fhir/request.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { Effect } from '../portal/effect.js';
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Audit, AuditDetail, Handler, ServerLimits, Values } from '../service.js';
import type { ChangeSet, DocumentChange, Store } from '../store/port.js';
import type { Texts } from '../texts/words.js';
import type { Quota } from './quota.js';
import type { OperationTable } from './stages/operation.js';

/** The stages fill it in; the audit of a refusal takes what is there. */
export interface Run {
  readonly request: FhirRequest;
  readonly endpoint: Endpoint;
  /** Milliseconds since the epoch, when work on it began. */
  readonly started: number;
  readonly reasons: string[];
  /** The caller has been charged for it before. */
  readonly charged: boolean;
  route: Route | undefined;
  actor: Actor | undefined;
  prefer: Preference;
  resource: Resource | undefined;
  values: Values;
  /** Types that are switched off for the caller. */
  off: ReadonlySet<string> | undefined;
  /** What a write changes, in words, for the audit. */
  readonly details: AuditDetail[];
}

/** A run with a route. */
export type Ready = Run & { readonly route: Route };

/** What the stages use. */
export interface StageParts {
  gate: Gate;
  definitions: Definitions;
  limits: ServerLimits;
  operations: OperationTable;
  quota: Quota;
  /** Of bytes of bodies. */
  sending: Quota;
  configuration: CurrentConfiguration;
  /** Takes content in while it arrives; gives the elements of its Binary. */
  receive: (bytes: AsyncIterable<Uint8Array>) => Promise<JsonObject>;
  /** Does the work of a request, and takes away what it received and did not commit. */
  withoutRemains: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface DispatchParts extends StageParts {
  /** The texts at this moment. */
  texts: () => Promise<Texts>;
  clock: Clock;
  audit: Pick<Audit, 'append' | 'document'>;
  interactions: Readonly<Record<string, Handler>>;
  /** The bare store of an endpoint. */
  bare(endpoint: Endpoint): Store;
  /** Patients whose compartment these changes touch, for the audit. */
  patientsOf(changes: ChangeSet): string[];
  /** The endpoint with the search parameters in force at this moment; a promise where the store must be read. */
  served(endpoint: Endpoint): Endpoint | Promise<Endpoint>;
  /** An effect as outbox entries. */
  outbox: (effect: Effect) => DocumentChange[];
  /** Logs an unexpected error. */
  report(error: unknown, request: FhirRequest): void;
  /** Logs and counts every answer. */
  answered(run: Run, status: number): void;
}
