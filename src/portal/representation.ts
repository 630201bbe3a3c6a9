/** Who writes for a clinical group, or for a provider. */
import type { Communication, Reference } from 'fhir/r4.js';
import { rolesNow } from './entitlement.js';
import { flowTo } from './flow.js';
import type { WorkflowReader } from './step.js';

/** More than anybody holds. */
const ROLES = 100;

/**
 * Those who work in a clinical group write for it; so do agents and managers of the workflow group that its messages go to.
 * Agents and managers write for the providers of such a group too.
 * @param person `Practitioner/1`
 * @param now milliseconds since the epoch
 */
export async function represents(
  person: string,
  sender: Reference,
  category: Communication['category'],
  reader: WorkflowReader,
  now: number,
): Promise<boolean> {
  const claimed = sender.reference ?? '';
  const roles = await rolesNow(['practitioner', person], reader, now, ROLES);
  const worksAs = (codes: readonly string[], group: string): boolean =>
    roles.some(
      ({ organization, code }) =>
        organization?.reference === group && codes.some(one => reader.own.hasCode(code, 'role', one)),
    );
  const flow = await flowTo(claimed, category, reader, now);
  if (!flow) return false;
  const represented = worksAs(['agent', 'manager'], flow.target) || worksAs(['agent', 'manager'], flow.group);
  return represented || (claimed === flow.group && worksAs(['clinician'], flow.group));
}
