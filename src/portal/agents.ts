/** Agents of a workflow group: who processes its work. They come and go by those who manage the group. */
import type { Organization, Practitioner, PractitionerRole, Reference, Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { parameterPath } from '../fhir/parameters.js';
import { instant } from '../fhir/instant.js';
import { boundsOf, holds } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import { entitlementOf, type Entitlement } from './entitlement.js';
import { changed, created, step, type Step, type Versioned, type WorkflowReader, type Write } from './step.js';
import { workItemWorkflow } from './work-item.js';
import { isWorkflowGroup } from './work-place.js';
import { move, type Mover, type Moving } from './workflow.js';

/** More than anybody works on at once. */
const MOST_ITEMS = 1000;
const MOST_ROLES = 50;

export interface Enrolment {
  /** `Practitioner/1` */
  readonly practitioner: string;
  /** `Organization/2`: the workflow group */
  readonly group: string;
  readonly role: 'agent' | 'manager';
}

export interface AgentParts {
  readonly by: Mover;
  /** Sees everything. */
  readonly all: WorkflowReader;
  readonly world: World;
}

export interface Enrolled {
  readonly role: PractitionerRole;
  /** Undefined where the role stood already. */
  readonly step: Step | undefined;
}

/**
 * Makes somebody an agent, or a manager, of a workflow group. The same once more finds the role there is. Faults: `forbidden` for
 * those who do not manage the group, and for managers who would make another; `unprocessable` where the group is not active, or
 * the person may not process tasks.
 */
export async function enrolAgent(enrolment: Enrolment, parts: AgentParts): Promise<Enrolled> {
  const { practitioner, group, role } = enrolment;
  const { all, world, by } = parts;
  const now = world.clock.now();
  const isGroup = await isWorkflowGroup(group, all);
  await refuseOthers(isGroup ? group : undefined, role, parts);
  if (!isGroup) throw wrong('group', 'There is no such active workflow group.');
  const person = practitioner.startsWith('Practitioner/') ? await all.get<Practitioner>(practitioner) : undefined;
  const mayProcess = person !== undefined && (await entitlementOf(practitioner, group, all, now)).mayProcess;
  if (!mayProcess || by.fhirUser === practitioner) throw wrong('practitioner', 'This is nobody who may be enrolled.');
  const query = rolesIn(group, practitioner, role, all);
  const found = await all.find<PractitionerRole>('PractitionerRole', query, MOST_ROLES);
  const held = found.find(({ resource }) => holds(boundsOf(resource.period), now));
  if (held) return { role: held.resource, step: undefined };
  const made = newRole(enrolment, parts);
  return {
    role: made,
    step: step({ writes: [created(made)], criteria: [all.still('PractitionerRole', query, found)] }),
  };
}

const rolesIn = (group: string, practitioner: string, role: string, { own }: WorkflowReader): Query => [
  ['practitioner', practitioner],
  ['organization', group],
  ['role', `${own.base}/CodeSystem/role|${role}`],
  ['active', 'true'],
];

function newRole({ practitioner, group, role }: Enrolment, { all, world }: AgentParts): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    id: world.ids.next(),
    meta: { profile: [all.own.structure('workbench-role')] },
    active: true,
    period: { start: instant(world.clock.now()) },
    practitioner: { reference: practitioner },
    organization: { reference: group },
    code: [all.own.concept('role', role)],
  };
}

/**
 * Ends somebody's role in a workflow group; what they have there goes back into its queue, unless another role lets them keep it.
 * Faults: `forbidden` as for `enrolAgent`, `conflict` where the role has ended or is none of a group.
 */
export async function removeAgent(found: Versioned<PractitionerRole>, parts: AgentParts): Promise<Step> {
  const { all, world } = parts;
  const now = world.clock.now();
  const { resource } = found;
  const group = resource.organization?.reference ?? '';
  const isManager = all.own.hasCode(resource.code, 'role', 'manager');
  await refuseOthers(group, isManager ? 'manager' : 'agent', parts);
  if (!isManager && !all.own.hasCode(resource.code, 'role', 'agent')) throw conflict('is no agent');
  if (resource.active === false) throw conflict('has ended');
  const ended = { ...resource, active: false, period: { ...resource.period, end: instant(now) } };
  const remaining = await otherRoles(found, group, all);
  const items = remaining ? [] : await itemsOf(resource.practitioner, group, parts);
  return step({ writes: [changed(found, ended), ...items] });
}

/** Whether the person is agent or manager of the group by another role too. */
async function otherRoles({ resource }: Versioned<PractitionerRole>, group: string, all: WorkflowReader) {
  const practitioner = resource.practitioner?.reference ?? '';
  const queries = ['agent', 'manager'].map(role => rolesIn(group, practitioner, role, all));
  const found = await Promise.all(
    queries.map(query => all.find<PractitionerRole>('PractitionerRole', query, MOST_ROLES)),
  );
  return found.flat().some(one => one.resource.id !== resource.id);
}

/** The writes by which the work that somebody has goes back into the queue. */
async function itemsOf(owner: Reference | undefined, group: string, { by, all, world }: AgentParts) {
  const items = await all.find<Task>('Task', itemsHeld(owner, group), MOST_ITEMS);
  const moving: Moving = { by, now: world.clock.now(), all, input: {} };
  const workflow = workItemWorkflow(all.own);
  return Promise.all(
    items.map(async item => changed(item, (await move(workflow, 'unassign', item.resource, moving)).resource)),
  );
}

const itemsHeld = (owner: Reference | undefined, group: string): Query => [
  ['owner', owner?.reference ?? ''],
  ['workflow-group', group],
  ['status', 'in-progress,on-hold'],
];

/**
 * The writes by which all that somebody has in a group goes back into its queue: they may have left, or been switched off. Fault
 * `unprocessable` for nobody of the staff.
 */
export async function takeBack(owner: Reference, group: string, parts: AgentParts): Promise<Write[]> {
  if (owner.reference?.startsWith('Practitioner/') !== true)
    throw wrong('practitioner', 'This is nobody of the staff.');
  return itemsOf(owner, group, parts);
}

/**
 * Admits those who manage a workflow group, which may be closed. Faults: `not-found` where it is absent or hidden, `forbidden`,
 * `conflict` where it is no workflow group.
 * @param group `Organization/2`
 * @param seen sees as much as the caller
 */
export async function managedGroup(group: string, seen: WorkflowReader, { by, all, world }: AgentParts): Promise<void> {
  const found = await seen.get<Organization>(group);
  if (!found) throw new Fault('not-found', `There is no ${group}.`);
  const { manages } = await entitlementOf(by.fhirUser ?? '', group, all, world.clock.now());
  if (!manages) throw new Fault('forbidden', 'This caller does not manage the group.');
  if (!all.own.hasCode(found.resource.type, 'organization-type', 'workflow-group'))
    throw new Fault('conflict', `${group} is no workflow group.`, { expression: 'Organization.type' });
}

/** Managers of a group choose its agents; administrators its managers too. */
async function refuseOthers(group: string | undefined, role: string, { by, all, world }: AgentParts): Promise<void> {
  const mover: Entitlement = await entitlementOf(by.fhirUser ?? '', group, all, world.clock.now());
  if (mover.administers || (mover.manages && role === 'agent')) return;
  throw new Fault('forbidden', 'This caller does not choose who works in the group.');
}

const wrong = (name: string, why: string): Fault =>
  new Fault('unprocessable', why, { expression: parameterPath(name) });

const conflict = (why: string): Fault =>
  new Fault('conflict', `This role ${why}.`, { expression: 'PractitionerRole.active' });
