/**
 * The stages of a request, in order, and the interactions each applies to: on one screen. A stage adds to the step or
 * throws a Fault; the handler runs behind the last.
 */
import type { Actor } from '../access/actor.js';
import type { Gate } from '../access/gate.js';
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint, Route } from '../definitions/endpoint.js';
import { parsePrefer, type Preference } from '../fhir/prefer.js';
import type { FhirRequest } from '../fhir/request.js';
import type { JsonObject, Resource } from '../fhir/resource.js';
import type { ServerLimits, Values } from '../service.js';
import { binaryOf, parseBody, requireForm } from './stages/body.js';
import type { Quota } from './quota.js';
import type { OperationTable } from './stages/operation.js';

export interface StageParts {
  gate: Gate;
  definitions: Definitions;
  limits: ServerLimits;
  operations: OperationTable;
  quota: Quota;
  /** Takes content in while it arrives; gives the elements of its Binary. */
  receive: (bytes: AsyncIterable<Uint8Array>) => Promise<JsonObject>;
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
  if (step.actor) return;
  step.actor = gate.isOpen(step.endpoint, step.route) ? gate.anonymous : await gate.authenticate(step.request);
};

/** Of strangers nothing is counted: one of them could use up what all have together. */
const charge: Stage = ({ request, route, actor }, { quota }) => {
  if (actor && actor.kind !== 'anonymous') quota(actor.subject, unitsOf(route.interaction, request.method));
};

const authorize: Stage = ({ endpoint, route, actor }, { gate }) => {
  if (!actor || gate.isOpen(endpoint, route)) return;
  gate.authorize(actor, endpoint, route);
};

const preference: Stage = step => {
  const header = step.request.headers['prefer'];
  if (header !== undefined) step.prefer = parsePrefer(header);
};

/** Content of a Binary is stored while it arrives. */
const body: Stage = (step, { definitions, limits, receive }) => {
  const { request, route } = step;
  if (request.body?.kind !== 'stream') {
    step.resource = parseBody(request, route, definitions, limits);
    return undefined;
  }
  const { bytes, contentType } = request.body;
  return receive(bytes).then(elements => {
    step.resource = binaryOf(request, route, contentType, elements);
  });
};

const form: Stage = ({ request }) => requireForm(request);

const parameters: Stage = (step, { operations }) => {
  step.values = operations.read(step.route, step.request, step.resource);
};

const READS = ['read', 'vread', 'history-instance', 'history-type', 'history-system', 'capabilities'];
const SEARCHES = ['search-type', 'search-system'];
const WRITES = ['create', 'update', 'patch', 'delete', 'batch', 'transaction'];
const ALL = [...READS, ...SEARCHES, ...WRITES, 'operation'];

/** A batch is charged entry by entry. */
const BUNDLES = ['batch', 'transaction'];

function unitsOf(interaction: string, method: string): number {
  if (BUNDLES.includes(interaction)) return 0;
  const cheap = READS.includes(interaction) || SEARCHES.includes(interaction) || method === 'GET' || method === 'HEAD';
  return cheap ? 1 : 100;
}

/**
 * What follows the last stage has its own place:
 * - the handler, of interactions/ or operations/;
 * - for each resource it writes (create, update, patch, transaction, operations) writing/writing.ts: shape, portal rule,
 *   profile, references, provenance, content, stamp, index; portal rule, references and provenance where a caller sends it;
 * - dispatch.ts: the commit, in which the guarded store holds each version, before and after, against the caller's policy;
 *   the audit, in the commit or before the answer; once more from the handler on where the commit loses a race.
 */
const TABLE: readonly (readonly [stage: Stage, interactions: readonly string[]])[] = [
  [authenticate, ALL],
  [charge, ALL],
  [authorize, ALL],
  [preference, ALL],
  [form, SEARCHES],
  [body, [...WRITES, 'operation']],
  [parameters, ['operation']],
];

/** The stages of an interaction, in order. */
export const stagesOf = (interaction: string): readonly Stage[] =>
  TABLE.filter(([, interactions]) => interactions.includes(interaction)).map(([stage]) => stage);
