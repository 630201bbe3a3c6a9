/**
 * The way of messages to a clinical group: its flows (extension message-flow), each for a category or for all others, to a
 * workflow group of the Workbench or to an external system.
 */
import type {
  CodeableConcept,
  Endpoint,
  Extension,
  HealthcareService,
  Organization,
  PractitionerRole,
  Reference,
} from 'fhir/r4.js';
import { defined } from '../fhir/defined.js';
import { Fault, type Issue } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { boundsOf, holds } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import type { DirectoryParts } from './directory-change.js';
import { isGone, isStaffed, rolesNow } from './entitlement.js';
import type { WorkflowReader } from './step.js';
import { isWorkflowGroup } from './work-place.js';

export interface Flow {
  /** Of message-category; absent: all that no other flow is for. */
  readonly category?: string;
  readonly route: 'workbench' | 'external';
  /** `Organization/2` or `Endpoint/1`. */
  readonly target: string;
  /** Hours in which a message is to be answered. */
  readonly dueHours?: number;
}

/** A flow that can be used now, and the clinical group that it belongs to. */
export interface UsableFlow extends Flow {
  readonly group: string;
}

/** The flows of an organization, with the FHIRPath of each. One of earlier builds is a reference alone. */
function flowsOf({ extension = [] }: Organization, own: OwnCanonicals): (Flow & { expression: string })[] {
  return extension.flatMap((one, at) =>
    one.url === own.structure('message-flow') ? [{ ...flowOf(one), expression: `Organization.extension[${at}]` }] : [],
  );
}

function flowOf({ valueReference, extension = [] }: Extension): Flow {
  if (valueReference) return { route: 'workbench', target: valueReference.reference ?? '' };
  const part = (name: string): Extension | undefined => extension.find(({ url }) => url === name);
  const external = part('route')?.valueCode === 'external';
  return {
    route: external ? 'external' : 'workbench',
    target: part(external ? 'endpoint' : 'workflowGroup')?.valueReference?.reference ?? '',
    ...defined({ category: part('category')?.valueCode, dueHours: part('dueHours')?.valuePositiveInt }),
  };
}

/** The organization with the flows it had, where the new version names none. */
export function withFlowsOf(before: Organization, next: Organization, own: OwnCanonicals): Organization {
  const isFlow = ({ url }: Extension): boolean => url === own.structure('message-flow');
  const kept = (before.extension ?? []).filter(isFlow);
  if (kept.length === 0 || (next.extension ?? []).some(isFlow)) return next;
  return { ...next, extension: [...(next.extension ?? []), ...kept] };
}

const isActive = ({ active }: { active?: boolean | undefined }): boolean => active !== false;

/** Why nothing can go this way now; undefined for a flow that can be used. */
async function fault({ route, target }: Flow, reader: WorkflowReader): Promise<string | undefined> {
  if (route === 'external') {
    const found = target.startsWith('Endpoint/') ? await reader.get<Endpoint>(target) : undefined;
    return found?.resource.status === 'active' ? undefined : 'The flow leads to no active Endpoint.';
  }
  return (await isWorkflowGroup(target, reader)) ? undefined : 'The flow leads to no active workflow group.';
}

/**
 * Refuses an organization with a flow that nothing can go by, or with two flows for one category. Fault `unprocessable`.
 * Resolves with warnings of groups that have nobody yet.
 */
export async function refuseUselessFlows(
  organization: Organization,
  { after, relied, now }: Pick<DirectoryParts, 'after' | 'relied' | 'now'>,
): Promise<Issue[]> {
  const warnings: Issue[] = [];
  const seen = new Set<string>();
  for (const flow of flowsOf(organization, after.own)) {
    const { category = '', expression, target } = flow;
    const twice = seen.has(category) ? 'There is another flow for the same messages.' : undefined;
    const wrong = twice ?? (await fault(flow, relied));
    if (wrong !== undefined) throw new Fault('unprocessable', wrong, { expression });
    seen.add(category);
    if (flow.route === 'workbench' && !(await isStaffed(target, after, now))) warnings.push(unstaffed(expression));
  }
  return warnings;
}

const unstaffed = (expression: string): Issue => ({
  severity: 'warning',
  code: 'informational',
  diagnostics: 'The workflow group has no agent yet: until it has, messages by this flow are refused.',
  expression,
});

/**
 * The flow by which a message of these categories goes to a recipient, one that leads to the Workbench before one that leads
 * elsewhere; undefined where there is none to be used.
 */
export async function flowTo(
  recipient: string,
  category: readonly CodeableConcept[] | undefined,
  reader: WorkflowReader,
  now: number,
): Promise<UsableFlow | undefined> {
  let other: UsableFlow | undefined;
  for (const group of await groupsOf(recipient, reader, now)) {
    const found = (await reader.get<Organization>(group))?.resource;
    const flow = found && (await flowOfGroup(found, category, reader, one => isUsable(one, reader, now)));
    if (flow && isHandled(flow)) return { ...flow, group };
    other ??= flow && { ...flow, group };
  }
  return other;
}

/** Whether messages go by this flow: external systems are not connected. */
export const isHandled = ({ route }: Flow): boolean => route === 'workbench';

const MOST_GROUPS = 5000;

/**
 * The clinical groups that take messages now, by the codes of message-category given: `Organization/1`. Fault `too-costly` where
 * there are too many groups to look at.
 */
export async function groupsTaking(
  categories: readonly string[],
  reader: WorkflowReader,
  now: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { own } = reader;
  const query: Query = [['type', `${own.codeSystem('organization-type')}|clinical-group`]];
  const groups = await reader.find<Organization>('Organization', query, MOST_GROUPS);
  const known = new Map<string, Promise<boolean>>();
  const isOpen = (flow: Flow): Promise<boolean> => {
    const name = `${flow.route} ${flow.target}`;
    const usable = known.get(name) ?? isUsable(flow, reader, now);
    known.set(name, usable);
    return usable;
  };
  const taking = async (category: string): Promise<[string, string[]]> => {
    const concept = [own.concept('message-category', category)];
    const names: string[] = [];
    for (const { resource } of groups) {
      const flow = await flowOfGroup(resource, concept, reader, isOpen);
      if (flow && isHandled(flow)) names.push(`Organization/${resource.id}`);
    }
    return [category, names];
  };
  return new Map(await Promise.all(categories.map(taking)));
}

const isUsable = async (flow: Flow, reader: WorkflowReader, now: number): Promise<boolean> =>
  (await fault(flow, reader)) === undefined &&
  (flow.route === 'external' || (await isStaffed(flow.target, reader, now)));

async function flowOfGroup(
  group: Organization,
  category: readonly CodeableConcept[] | undefined,
  { own }: WorkflowReader,
  isOpen: (flow: Flow) => Promise<boolean>,
): Promise<Flow | undefined> {
  if (!isActive(group) || !own.hasCode(group.type, 'organization-type', 'clinical-group')) return undefined;
  const flows = flowsOf(group, own);
  const special = flows.find(
    one => one.category !== undefined && own.hasCode(category, 'message-category', one.category),
  );
  const flow = special ?? flows.find(one => one.category === undefined);
  return flow && (await isOpen(flow)) ? flow : undefined;
}

/** Organizations that a recipient is, or that it belongs to at this moment. */
async function groupsOf(reference: string, reader: WorkflowReader, now: number): Promise<string[]> {
  switch (reference.split('/', 1)[0]) {
    case 'Organization':
      return [reference];
    case 'HealthcareService':
      return named((await reader.get<HealthcareService>(reference))?.resource, ({ providedBy }) => providedBy);
    case 'PractitionerRole':
    case 'Practitioner': {
      const roles = await rolesOf(reference, reader, now);
      return roles.flatMap(role => named(role, ({ organization }) => organization));
    }
    default:
      return [];
  }
}

/** The roles that a recipient is or has, without those whose time is over and those of people who have left. */
async function rolesOf(reference: string, reader: WorkflowReader, now: number): Promise<PractitionerRole[]> {
  if (reference.startsWith('Practitioner/')) {
    return (await isGone(reference, reader)) ? [] : rolesNow(['practitioner', reference], reader, now);
  }
  const role = (await reader.get<PractitionerRole>(reference))?.resource;
  if (!role || !holds(boundsOf(role.period), now)) return [];
  return role.practitioner && (await isGone(role.practitioner.reference ?? '', reader)) ? [] : [role];
}

function named<R extends { active?: boolean | undefined }>(
  resource: R | undefined,
  of: (resource: R) => Reference | undefined,
): string[] {
  const reference = resource && isActive(resource) ? of(resource)?.reference : undefined;
  return reference === undefined ? [] : [reference];
}
