/** What staff may do with the work items of a workflow group. */
import type { Practitioner, PractitionerRole } from 'fhir/r4.js';
import { boundsOf, holds } from '../fhir/period.js';
import type { Query } from '../fhir/request.js';
import type { WorkflowReader } from './step.js';

export interface Entitlement {
  /** Enabled on the Workbench, and task processing: may be made an agent of a group. */
  readonly mayProcess: boolean;
  /** The four conditions of MSG-6: enabled on the Workbench, task processing, active agent or manager, of this group. */
  readonly processes: boolean;
  /** A manager of the group who may process, or a healthcare administrator: may give work to others. */
  readonly manages: boolean;
  /** A healthcare administrator. */
  readonly administers: boolean;
}

const MOST_ROLES = 1000;

/**
 * @param person `Practitioner/1`
 * @param group `Organization/2`: the workflow group
 * @param now milliseconds since the epoch
 */
export async function entitlementOf(
  person: string,
  group: string | undefined,
  reader: WorkflowReader,
  now: number,
): Promise<Entitlement> {
  const roles = (await isGone(person, reader)) ? [] : await rolesNow(['practitioner', person], reader, now);
  const isHeld = (code: string, of = roles): boolean => of.some(role => reader.own.hasCode(role.code, 'role', code));
  const here = roles.filter(({ organization }) => group !== undefined && organization?.reference === group);
  const enabled = isHeld('workbench-user') && isHeld('task-processing');
  const manager = enabled && isHeld('manager', here);
  const administers = isHeld('healthcare-administrator');
  return {
    mayProcess: enabled,
    processes: manager || (enabled && isHeld('agent', here)),
    manages: manager || administers,
    administers,
  };
}

/** Whether a Practitioner has left, or was never here. */
export async function isGone(person: string, reader: WorkflowReader): Promise<boolean> {
  const found = person === '' ? undefined : await reader.get<Practitioner>(person);
  return found === undefined || found.resource.active === false;
}

/**
 * Active roles whose period holds. Fault `too-costly` where more than `most` are active.
 * @param by `['practitioner', 'Practitioner/1']`: one parameter of the search
 */
export async function rolesNow(
  by: Query[number],
  reader: WorkflowReader,
  now: number,
  most = MOST_ROLES,
): Promise<PractitionerRole[]> {
  const found = await reader.find<PractitionerRole>('PractitionerRole', [by, ['active', 'true']], most);
  return found.map(({ resource }) => resource).filter(({ period }) => holds(boundsOf(period), now));
}

/** Whether anybody may process the work items of a workflow group. */
export async function isStaffed(group: string, reader: WorkflowReader, now: number): Promise<boolean> {
  const roles = await rolesNow(['organization', group], reader, now);
  const people = roles.flatMap(({ practitioner }) => practitioner?.reference ?? []);
  for (const person of new Set(people)) {
    if ((await entitlementOf(person, group, reader, now)).processes) return true;
  }
  return false;
}
