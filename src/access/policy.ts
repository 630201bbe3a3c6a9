/**
 * What an actor may see and write, by type: scope ∩ role ∩ compartment. What an actor sees is a Filter, so that it
 * becomes part of every query; what is not granted is `none`.
 */
import { Fault } from '../fhir/fault.js';
import { ALL, NONE, and, not, or } from '../search/filters.js';
import { matches } from '../search/match.js';
import { containersOf } from '../definitions/containers.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { Filter } from '../search/query.js';
import type { Put } from '../store/port.js';
import type { Actor } from './actor.js';
import { directory, EVERYTHING, type PublicView } from './directory.table.js';
import { anyPosting, tombstone, patientsFilter, patientsIn, compartmentPathsOf } from './compartment-paths.js';
import { internalPosting } from './internal-posting.js';
import { RETRACTED } from './retracted.js';
import { patientWrites } from './patient-writes.table.js';
import { noDraft } from './drafts.js';
import { doneFor, draftsOf, filesOf, hasFunction, OF_MESSAGE, openedOf, reachedFilter } from './functions.js';
import { unhidden } from './hidden.js';
import { noLabels, type LabelRules } from './labels.js';
import { everyStaff, roles, type Grant } from './roles.table.js';
import { changeableWork, viewOfWork, type WorkItems } from './work-notes.js';
import { gives, type Need, type Permission, type Scope } from './scope.js';

export type WritePermission = 'c' | 'u' | 'd';

export interface Policy {
  readonly actor: Actor;
  /** The code system of the portal's roles. */
  readonly roleSystem: string;
  /** The code system of the tags that the server writes, whatever a caller sends. */
  readonly tagSystem: string | undefined;
  /** The types that may contain other resources. */
  readonly containers: readonly string[];
  /** Resources of a type that the actor may see at all, under any scope to read or search. */
  visible(type: string): Filter;
  /** Of versions that are no longer current, those that the actor may see, if they may see the resource. */
  past(type: string): Filter;
  /** Resources of a type that the actor may do this to. */
  reach(need: Need): Filter;
  /** Of the own resources of patients, those for whose patient the actor has a function that the operation needs. */
  does(need: Extract<Need, { operation: string }>): Filter;
  /** Whether the type is open to reading or searching at all, however little of it there may be. */
  mayRead(type: string, permission: 'r' | 's'): boolean;
  /** Whether a write of this kind is granted for the type, in whatever state. */
  mayWrite(type: string, permission: WritePermission): boolean;
  /** Of the resources of a type that the actor sees, those that they may change or delete at all. */
  changeable(type: string): Filter;
  /** Whether this very version may be written. */
  accepts(put: Put, permission: WritePermission): boolean;
  /** What is cut out of resources of a type; of one that the actor is, nothing. */
  view(type: string, id?: string): PublicView;
}

/** A granular scope's search parameters (`category=laboratory`) as a filter. Throws Fault where they are no search. */
export type CompileScope = (type: string, query: string) => Filter;

/** What an endpoint adds to the policies of its callers. */
export interface PolicyRules {
  /** By the endpoint's own search parameters. */
  readonly compile: CompileScope;
  /** Its AuditEvents are the server's own: no client writes them. */
  readonly holdsAudit: boolean;
  /** Its messages may be drafts, each its author's alone. */
  readonly holdsDrafts: boolean;
  /** The code system of the portal's roles. */
  readonly roleSystem: string;
  /** That of the tags that the server writes; left out: it writes none. */
  readonly tagSystem?: string;
  readonly containers: readonly string[];
  /** Security labels that hide; left out: none do. */
  readonly labels?: LabelRules;
  /** Work items among Tasks; left out: there are none. */
  readonly workItems?: WorkItems;
  /** Whether a type has a search parameter here; left out: none has. */
  readonly declares?: (type: string, code: string) => boolean;
}

/** The policy of one actor at one endpoint; each answer is worked out once. */
export function createPolicy(actor: Actor, rules: PolicyRules): Policy {
  const filters = new Map<string, Filter>();
  const once = (key: string, work: () => Filter): Filter => {
    const filter = filters.get(key) ?? work();
    filters.set(key, filter);
    return filter;
  };
  const reach = (need: Need) => once(keyOf(need), () => filterOf(actor, need, rules));
  return {
    actor,
    roleSystem: rules.roleSystem,
    tagSystem: rules.tagSystem,
    containers: rules.containers,
    visible: type => once(type, () => either([reach({ type, permission: 'r' }), reach({ type, permission: 's' })])),
    past: type => pastFilter(actor, type, rules),
    reach,
    does: need => doesFilter(actor, need),
    mayRead: (type, permission) => readGranted(actor, type, permission),
    mayWrite: (type, permission) => writeGranted(actor, type, permission),
    changeable: type => changeableFilter(actor, type, rules),
    accepts: (put, permission) => accepts(actor, put, permission, rules),
    view: (type, id) => {
      const own = id !== undefined && actor.identities.includes(`${type}/${id}`);
      if (type === 'Task') return viewOfWork(actor, rules.workItems);
      return own || actor.kind === 'system' || actor.kind === 'staff' ? EVERYTHING : publicView(type);
    },
  };
}

/** The policy, of which no resource of these types is seen or written, and no file that belongs to one. */
export function without(policy: Policy, types: ReadonlySet<string> | undefined): Policy {
  if (!types || types.size === 0) return policy;
  const free = and([...types].map(type => not({ ...filesOf(type), where: ALL })));
  const left = (type: string, filter: Filter): Filter => {
    if (types.has(type)) return NONE;
    return type === 'Binary' ? and([filter, free]) : filter;
  };
  return {
    ...policy,
    visible: type => left(type, policy.visible(type)),
    reach: need => left(need.type, policy.reach(need)),
    accepts: (put, permission) => !types.has(put.key.type) && policy.accepts(put, permission),
  };
}

/**
 * Policies by endpoint and actor, each made once and forgotten with either: an endpoint whose search parameters change is
 * another value.
 */
export function policies(
  compile: (endpoint: Endpoint) => CompileScope,
  {
    roleSystem,
    tagSystem,
    labels,
    workItems,
  }: Required<Pick<PolicyRules, 'roleSystem' | 'tagSystem' | 'labels' | 'workItems'>>,
): (actor: Actor, endpoint: Endpoint) => Policy {
  const made = new WeakMap<Endpoint, WeakMap<Actor, Policy>>();
  return (actor, endpoint) => {
    const byActor = made.get(endpoint) ?? new WeakMap<Actor, Policy>();
    made.set(endpoint, byActor);
    const { holdsAudit, holdsDrafts } = endpoint;
    const declares = (type: string, code: string) => endpoint.resources.get(type)?.searchParams.has(code) === true;
    const rules = {
      holdsAudit,
      holdsDrafts,
      roleSystem,
      tagSystem,
      labels,
      workItems,
      declares,
      containers: containersOf(endpoint),
    };
    const policy = byActor.get(actor) ?? createPolicy(actor, { ...rules, compile: compile(endpoint) });
    byActor.set(actor, policy);
    return policy;
  };
}

const publicView = (type: string): PublicView =>
  (Object.hasOwn(directory, type) ? directory[type] : undefined) ?? EVERYTHING;

/** Any of these, of which several may be the same. */
const either = (filters: readonly Filter[]): Filter =>
  or([...new Map(filters.map(filter => [JSON.stringify(filter), filter])).values()]);

const keyOf = (need: Need): string =>
  'permission' in need ? `${need.type}.${need.permission}` : `${need.type}.$${need.operation}`;

/** The union over the scopes that give the need, each within what the actor reaches in its context. */
function filterOf(actor: Actor, need: Need, rules: PolicyRules): Filter {
  const granted = actor.scopes.filter(scope => gives(scope, need));
  return either(
    granted.map(scope => and([within(actor, scope, need.type, rules), granular(scope, need.type, rules.compile)])),
  );
}

/** Fault `forbidden` where the restriction cannot be applied: neither all nor nothing is what was meant. */
function granular({ query }: Scope, type: string, compile: CompileScope): Filter {
  if (query === undefined) return ALL;
  try {
    return compile(type, query);
  } catch (cause) {
    throw new Fault('forbidden', `A scope of this token restricts ${type} by what is no search parameter here.`, {
      cause,
    });
  }
}

function within(actor: Actor, { context }: Scope, type: string, rules: PolicyRules): Filter {
  switch (actor.kind) {
    case 'anonymous':
      return NONE;
    case 'system':
      return withoutForeignDrafts(actor, type, rules);
    case 'patient':
      // Drafts have no labels of their authors', so that one condition goes for all: stores leave it out where there is none.
      return and([or([ownOrDirectory(actor, type), draftsOf(actor, type)]), unhiddenFrom(actor, type, rules)]);
    case 'staff':
      return context === 'user'
        ? or([and([filesOrAll(actor, type, rules), unhiddenFrom(actor, type, rules)]), draftsOf(actor, type)])
        : and([staffFilter(actor, type), ownOrDirectory(actor, type), unhiddenFrom(actor, type, rules)]);
  }
}

/** Without what labels and Consents hide. */
const unhiddenFrom = (
  actor: Actor,
  type: string,
  { labels = noLabels, declares = () => false, compile }: PolicyRules,
): Filter => unhidden(actor, type, { labels, declares, compile });

/** Of a message people see what it was to its sender alone: what was retracted, others are not to find in its past. */
function pastFilter(actor: Actor, type: string, { holdsDrafts }: PolicyRules): Filter {
  if (!holdsDrafts || type !== 'Communication' || actor.kind === 'system') return ALL;
  const sent = or([anyPosting(type, 'by', [...actor.identities, ...actor.organizations]), draftsOf(actor, type)]);
  return or([sent, tombstone(sent)]);
}

/** Systems see everything but drafts of others, where there are any. */
const withoutForeignDrafts = (actor: Actor, type: string, { holdsDrafts }: PolicyRules): Filter =>
  holdsDrafts && type === 'Communication' ? or([noDraft, draftsOf(actor, type)]) : ALL;

function doesFilter(actor: Actor, { type, functions = [] }: Extract<Need, { operation: string }>): Filter {
  const owned = Array.isArray(compartmentPathsOf(type));
  return actor.reach && owned && functions.length > 0 ? doneFor(actor, type, functions) : ALL;
}

function ownOrDirectory(actor: Actor, type: string): Filter {
  const paths = compartmentPathsOf(type);
  if (paths === 'never') return NONE;
  return paths === 'directory' ? ALL : reachedFilter(actor, type);
}

function grantsOf(actor: Actor, type: string): Grant[] {
  const tables = [everyStaff, ...[...actor.roles].map(role => (Object.hasOwn(roles, role) ? roles[role] : undefined))];
  return tables.flatMap(table => (table && Object.hasOwn(table, type) ? table[type] : table?.['*']) ?? []);
}

function staffFilter(actor: Actor, type: string): Filter {
  const filters = grantsOf(actor, type).map(({ see }) => {
    if (see === 'group') return anyPosting(type, 'staff', [...actor.organizations, ...actor.identities]);
    return see === 'all' ? ALL : NONE;
  });
  return or(filters);
}

/** Of files staff see those of no message, and those of messages that they see. */
function filesOrAll(actor: Actor, type: string, rules: PolicyRules): Filter {
  const granted = staffFilter(actor, type);
  if (type !== 'Binary' || !rules.holdsDrafts) return granted;
  const messages = (['r', 's'] as const).map(permission =>
    filterOf(actor, { type: 'Communication', permission }, rules),
  );
  const free = not({ ...OF_MESSAGE, where: ALL });
  const kept = not({ kind: 'posting', key: RETRACTED });
  return and([granted, or([free, { ...OF_MESSAGE, where: and([or(messages), kept]) }])]);
}

function readGranted(actor: Actor, type: string, permission: 'r' | 's'): boolean {
  if (!actor.scopes.some(scope => gives(scope, { type, permission }))) return false;
  switch (actor.kind) {
    case 'system':
      return true;
    case 'staff':
      return grantsOf(actor, type).some(({ see }) => see !== 'none');
    case 'patient':
      return compartmentPathsOf(type) !== 'never';
    case 'anonymous':
      return false;
  }
}

function writeGranted(actor: Actor, type: string, permission: WritePermission): boolean {
  // People write no AuditEvents. Customers' systems do; where the server keeps its own trail, no client does (accepts).
  if (type === 'AuditEvent' && actor.kind !== 'system') return false;
  if (!actor.scopes.some(scope => gives(scope, { type, permission }))) return false;
  switch (actor.kind) {
    case 'system':
      return true;
    case 'staff':
      return grantsOf(actor, type).some(({ write = '' }) => write.includes(permission));
    case 'patient':
      return patientWrite(type)?.permissions.includes(permission) === true;
    case 'anonymous':
      return false;
  }
}

/** Whether the actor's kind and roles open the type to this at all, whatever its scopes. */
export function mayEver(actor: Actor, type: string, permission: Permission): boolean {
  const scope: Scope = { context: 'user', type, permissions: new Set([permission]) };
  const scoped = { ...actor, scopes: [scope] };
  return permission === 'r' || permission === 's'
    ? readGranted(scoped, type, permission)
    : writeGranted(scoped, type, permission);
}

function changeableFilter(actor: Actor, type: string, { workItems }: PolicyRules): Filter {
  if (type === 'Task') return changeableWork(actor, workItems);
  const rule = actor.kind === 'patient' ? patientWrite(type) : undefined;
  return rule?.signed && rule.changesSigned ? anyPosting(type, rule.signed, actor.identities) : ALL;
}

const patientWrite = (type: string) => (Object.hasOwn(patientWrites, type) ? patientWrites[type] : undefined);

function accepts(actor: Actor, put: Put, permission: WritePermission, { compile, holdsAudit }: PolicyRules): boolean {
  const { type } = put.key;
  if (type === 'AuditEvent' && holdsAudit) return false;
  if (!writeGranted(actor, type, permission)) return false;
  if (put.deleted) return true;
  const granted = actor.scopes.filter(scope => gives(scope, { type, permission: permission as Permission }));
  if (!granted.some(scope => inScope(actor, scope, put, compile))) return false;
  return actor.kind !== 'patient' || isOwn(actor, put);
}

function inScope(actor: Actor, scope: Scope, put: Put, compile: CompileScope): boolean {
  const { type } = put.key;
  const context = actor.kind === 'staff' && scope.context === 'patient' ? patientsFilter(type, actor.patients) : ALL;
  return satisfies(put, and([context, granular(scope, type, compile)]));
}

const satisfies = ({ key: { type, id }, at: updated, index }: Put, filter: Filter): boolean =>
  matches(filter, { type, id, updated, index }, { live: () => [] });

/** A draft of the actor's; or own to a patient the actor reaches, to no other, and sent by the actor where it has a sender. */
function isOwn(actor: Actor, put: Put): boolean {
  const { type } = put.key;
  const { postings } = put.index;
  const drafts = actor.identities.map(identity => internalPosting(type, 'author', identity));
  if (drafts.some(draft => postings.includes(draft))) return true;
  const owners = patientsIn(postings);
  const { signed } = patientWrite(type) ?? {};
  const names = signed === undefined ? [] : actor.identities.map(identity => internalPosting(type, signed, identity));
  const isSigned = signed === undefined || names.some(name => postings.includes(name));
  return owners.length > 0 && owners.every(owner => mayWriteOf(actor, owner, put)) && isSigned;
}

/** Whether the actor reaches the patient in the function that writing this needs. */
function mayWriteOf(actor: Actor, patient: string, put: Put): boolean {
  if (!actor.patients.includes(patient)) return false;
  const needs = patientWrite(put.key.type)?.needs;
  if (needs !== undefined) return hasFunction(actor, `Patient/${patient}`, [needs]);
  return satisfies(put, openedOf(actor, patient, put.key.type));
}
