/**
 * Whether an actor may take a route at all: client kind, scope and role. The answer never depends on what is stored;
 * the guarded store narrows what is reached.
 */
import type { Definitions } from '../definitions/definitions.js';
import type { Endpoint, InteractionCode, OperationEntry, Route } from '../definitions/endpoint.js';
import { Fault } from '../fhir/fault.js';
import type { JsonObject } from '../fhir/resource.js';
import type { Actor, ActorKind } from './actor.js';
import { baseOperations } from './base-operations.table.js';
import { hasFunction } from './functions.js';
import type { Policy } from './policy.js';
import { covers, parseScopes, type Need, type Permission, type Scope } from './scope.js';

const NEEDED: Readonly<Partial<Record<InteractionCode, Permission>>> = {
  read: 'r',
  vread: 'r',
  'history-instance': 'r',
  'search-type': 's',
  'search-system': 's',
  'history-type': 's',
  'history-system': 's',
  create: 'c',
  update: 'u',
  patch: 'u',
  delete: 'd',
};

/** In which context an operation's scope counts for whom. Staff may hold a patient's launch context. */
const CONTEXTS: Readonly<Record<ActorKind, readonly Scope['context'][]>> = {
  anonymous: [],
  system: ['system'],
  staff: ['user', 'patient'],
  patient: ['patient'],
};

/** What a route needs of the caller, `*` for any type; undefined for batches, whose entries are authorized one by one. */
export function needOf({ interaction, type = '*', operation }: Route, definitions: Definitions): Need | undefined {
  if (operation) {
    const permission = baseOperations[operation.definition];
    if (permission !== undefined) return { type, permission };
    return {
      type,
      operation: operation.name,
      functions: extensionsOf(definitions, operation)('required-function', 'valueCode'),
    };
  }
  const permission = interaction === 'operation' ? undefined : NEEDED[interaction];
  return permission && { type, permission };
}

/** @throws Fault `forbidden` unless client, scope and role allow the route */
export function authorize(policy: Policy, endpoint: Endpoint, route: Route, definitions: Definitions): void {
  const { actor } = policy;
  if (!endpoint.admits(actor)) throw forbidden('This client may not use this endpoint.');
  const need = needOf(route, definitions);
  const allowed =
    route.operation && !Object.hasOwn(baseOperations, route.operation.definition)
      ? mayRun(actor, extensionsOf(definitions, route.operation), need) &&
        doesAnywhere(actor, route.operation.level, need)
      : need
        ? mayTake(policy, need)
        : actor.scopes.length > 0;
  if (!allowed) throw forbidden('The scopes and roles of this token do not allow this.');
}

function mayTake(policy: Policy, need: Need): boolean {
  if (!('permission' in need)) return false;
  const { type, permission } = need;
  // Of what several types hold, each is narrowed by its own scopes.
  if (type === '*') return policy.actor.scopes.some(({ permissions }) => permissions.has(permission));
  const granted =
    permission === 'r' || permission === 's' ? policy.mayRead(type, permission) : policy.mayWrite(type, permission);
  // A granular scope that cannot be applied is refused before anything is looked at.
  if (granted) policy.reach(need);
  return granted;
}

/** The values of an extension of the portal's own by its name and the property that holds them. */
type ExtensionValues = (name: string, value: string) => string[];

function extensionsOf(definitions: Definitions, { definition }: OperationEntry): ExtensionValues {
  const { own } = definitions;
  const all = (definitions.operation(definition)?.['extension'] ?? []) as JsonObject[];
  return (name, value) => all.filter(({ url }) => url === own.structure(name)).map(one => String(one[value]));
}

/** Any one of the scopes the OperationDefinition names suffices; staff need one of its roles as well, if it names any. */
function mayRun(actor: Actor, valuesOf: ExtensionValues, need: Need | undefined): boolean {
  const scopes = parseScopes(valuesOf('required-scope', 'valueString').join(' '));
  const roles = valuesOf('required-role', 'valueCode');
  const inScope = scopes.some(
    ({ context, type, operation }) =>
      CONTEXTS[actor.kind].includes(context) &&
      operation === (need && 'operation' in need ? need.operation : undefined) &&
      covers(actor.scopes, { type, operation: operation ?? '' }),
  );
  return inScope && (actor.kind !== 'staff' || roles.length === 0 || roles.some(role => actor.roles.has(role)));
}

/** On one resource, the guarded store tells who does that for its patient; else there must be somebody for whom the actor does it. */
function doesAnywhere(actor: Actor, level: 'system' | 'type' | 'instance', need: Need | undefined): boolean {
  const functions = need && 'functions' in need ? need.functions : [];
  if (!actor.reach || level === 'instance' || functions.length === 0) return true;
  return actor.patients.some(id => hasFunction(actor, `Patient/${id}`, functions));
}

const forbidden = (message: string): Fault => new Fault('forbidden', message);
