/** What the router is made of, and what it knows of a request at any moment. */
import type { Actor } from '../access/actor.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import type { FhirRequest } from '../fhir/request.js';
import type { Handler, Services } from '../service.js';
import type { ChangeSet, Store } from '../store/port.js';
import type { StageParts } from './stages.js';

/** Filled in as far as the request came: a refusal is audited with what is known. */
export interface Run {
  readonly request: FhirRequest;
  readonly endpoint: Endpoint;
  /** Milliseconds since the epoch, when work on it began. */
  readonly started: number;
  readonly reasons: string[];
  route?: Route;
  actor?: Actor;
}

export interface DispatchParts extends StageParts {
  interactions: Readonly<Record<string, Handler>>;
  /** The bare store of an endpoint. */
  bare(endpoint: Endpoint): Store;
  /** Patients whose compartment these changes touch, for the audit. */
  patientsOf(changes: ChangeSet): string[];
  /** An endpoint as it stands now; a promise only where that has to be read. */
  served(endpoint: Endpoint): Endpoint | Promise<Endpoint>;
  /** Everything else handlers get. */
  services: Services;
  /** Faults that nobody foresaw, for the log. */
  report(error: unknown, request: FhirRequest): void;
  /** Every answer, for log and metrics. */
  answered(run: Run, status: number): void;
}
