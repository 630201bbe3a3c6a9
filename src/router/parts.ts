/** What the router is made of, and what it knows of a request at any moment. */
import type { Actor } from '../access/actor.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import type { Clock } from '../fhir/clock.js';
import type { Preference } from '../fhir/prefer.js';
import type { FhirRequest } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';
import type { Effect } from '../portal/effect.js';
import type { Audit, Handler, Values } from '../service.js';
import type { ChangeSet, DocumentChange, Store } from '../store/port.js';
import type { StageParts } from './stages.js';

/** Filled in as far as the request came: a refusal is audited with what is known. */
export interface Run {
  readonly request: FhirRequest;
  readonly endpoint: Endpoint;
  /** Milliseconds since the epoch, when work on it began. */
  readonly started: number;
  readonly reasons: string[];
  route: Route | undefined;
  actor: Actor | undefined;
  prefer: Preference;
  resource: Resource | undefined;
  values: Values;
}

/** A run that came through all stages. */
export type Ready = Run & { readonly route: Route };

export interface DispatchParts extends StageParts {
  clock: Clock;
  audit: Pick<Audit, 'append' | 'document'>;
  interactions: Readonly<Record<string, Handler>>;
  /** The bare store of an endpoint. */
  bare(endpoint: Endpoint): Store;
  /** Patients whose compartment these changes touch, for the audit. */
  patientsOf(changes: ChangeSet): string[];
  /** An endpoint as it stands now; a promise only where that has to be read. */
  served(endpoint: Endpoint): Endpoint | Promise<Endpoint>;
  /** An effect as outbox entries. */
  outbox: (effect: Effect) => DocumentChange[];
  /** Faults that nobody foresaw, for the log. */
  report(error: unknown, request: FhirRequest): void;
  /** Every answer, for log and metrics. */
  answered(run: Run, status: number): void;
}
