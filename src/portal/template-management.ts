/** Who writes the templates of messages. */
import type { StaffRole } from '../fhir/staff-roles.js';
import { entitlementOf } from './entitlement.js';
import type { WorkflowReader } from './step.js';
import type { Mover } from './workflow.js';

const ADMINISTRATORS: readonly StaffRole[] = ['configuration-manager', 'healthcare-administrator'];

export interface TemplateWriter extends Mover {
  readonly roles: ReadonlySet<string>;
}

/**
 * Administrators write all; a manager of workflow groups writes what is for these alone.
 * @param groups whose staff use the template; none: all
 * @param now milliseconds since the epoch
 */
export async function managesTemplate(
  groups: readonly string[],
  { kind, roles, fhirUser = '' }: TemplateWriter,
  reader: WorkflowReader,
  now: number,
): Promise<boolean> {
  if (kind !== 'staff' || ADMINISTRATORS.some(role => roles.has(role))) return kind === 'staff' || kind === 'system';
  if (groups.length === 0) return false;
  const entitlements = await Promise.all(groups.map(group => entitlementOf(fhirUser, group, reader, now)));
  return entitlements.every(({ manages }) => manages);
}
