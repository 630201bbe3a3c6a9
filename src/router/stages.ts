/**
 * The stages of a request, in order, and the interactions each applies to: on one screen. A stage adds to the step or
 * throws a Fault; the handler runs behind the last.
 */
import type { Actor } from '../access/actor.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import { parsePrefer, type Preference } from '../fhir/prefer.js';
import type { FhirRequest } from '../fhir/request.js';
import type { Resource } from '../fhir/resource.js';
import type { Limits, Values } from '../service.js';
import { parseBody } from './stages/body.js';
import type { OperationTable } from './stages/operation.js';

/** What access/ does for the router; handed in by compose. */
export interface Gate {
  /** Needs no token: metadata and the few others of access/open.table.ts. */
  isOpen(endpoint: Endpoint, route: Route): boolean;
  anonymous: Actor;
  /** Who the request's token stands for. Fault `unauthenticated`. */
  authenticate(request: FhirRequest): Promise<Actor> | Actor;
  /** Scope, role and endpoint allow the route, or Fault `forbidden`. */
  authorize(actor: Actor, endpoint: Endpoint, route: Route, query: FhirRequest['query']): void;
}

export interface StageParts {
  gate: Gate;
  definitions: Definitions;
  limits: Limits;
  operations: OperationTable;
}

/** A request on its way through the stages. */
export interface Step {
  readonly request: FhirRequest;
  readonly endpoint: Endpoint;
  readonly route: Route;
  actor: Actor | undefined;
  prefer: Preference;
  resource: Resource | undefined;
  values: Values;
}

type Stage = (step: Step, parts: StageParts) => Promise<void> | void;

const authenticate: Stage = async (step, { gate }) => {
  if (step.actor !== undefined) return;
  const open = gate.isOpen(step.endpoint, step.route);
  step.actor = open ? gate.anonymous : await gate.authenticate(step.request);
};

const authorize: Stage = ({ request, endpoint, route, actor }, { gate }) => {
  if (!actor || gate.isOpen(endpoint, route)) return;
  gate.authorize(actor, endpoint, route, request.query);
};

const preference: Stage = step => {
  step.prefer = parsePrefer(step.request.headers['prefer']);
};

const body: Stage = (step, { definitions, limits }) => {
  step.resource = parseBody(step.request, step.route, definitions, limits);
};

const parameters: Stage = (step, { operations }) => {
  step.values = operations.read(step.route, step.request, step.resource);
};

const READS = ['read', 'vread', 'history-instance', 'history-type', 'history-system', 'capabilities'];
const SEARCHES = ['search-type', 'search-system'];
const WRITES = ['create', 'update', 'patch', 'delete', 'batch', 'transaction'];
const ALL = [...READS, ...SEARCHES, ...WRITES, 'operation'];

const TABLE: readonly (readonly [stage: Stage, interactions: readonly string[]])[] = [
  [authenticate, ALL],
  [authorize, ALL],
  [preference, ALL],
  [body, [...WRITES, 'operation']],
  [parameters, ['operation']],
];

/** The stages of an interaction, in order. */
export const stagesOf = (interaction: string): readonly Stage[] =>
  TABLE.filter(([, interactions]) => interactions.includes(interaction)).map(([stage]) => stage);
