/** To whom replies to a personal message go: to its author's own inbox, or, once they take none, to a group of theirs. */
import type { Communication, PractitionerRole } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { isGone, isStaffed, rolesNow } from './entitlement.js';
import { flowTo, isHandled, type UsableFlow } from './flow.js';
import { extensionOf } from './message-extensions.js';
import type { WorkflowReader } from './step.js';
import { isWorkflowGroup } from './work-place.js';

const MOST_ROLES = 1000;

/** `Practitioner/1`; undefined for a message that is not personal. */
export const replyTo = (message: Communication, own: OwnCanonicals): string | undefined =>
  extensionOf(message, 'reply-to', own)?.valueReference?.reference;

/** Whether somebody has an inbox of their own now: a Workbench user who has not left. */
export async function hasInbox(person: string, reader: WorkflowReader, now: number): Promise<boolean> {
  if (await isGone(person, reader)) return false;
  const roles = await rolesNow(['practitioner', person], reader, now);
  return roles.some(({ code }) => reader.own.hasCode(code, 'role', 'workbench-user'));
}

/**
 * The flow of a reply in a thread that somebody began personally who takes none any more: to a clinical group that they are or were in, or
 * to such a workflow group; undefined where nobody there could handle it.
 */
export async function flowWithout(
  root: Communication | undefined,
  category: Communication['category'],
  reader: WorkflowReader,
  now: number,
): Promise<UsableFlow | undefined> {
  const person = root && replyTo(root, reader.own);
  if (person === undefined) return undefined;
  const roles = await reader.find<PractitionerRole>('PractitionerRole', [['practitioner', person]], MOST_ROLES);
  const groups = [...new Set(roles.flatMap(({ resource }) => resource.organization?.reference ?? []))];
  for (const group of groups) {
    const flow = await flowTo(group, category, reader, now);
    if (flow && isHandled(flow)) return flow;
  }
  for (const group of groups) {
    const isOpen = (await isWorkflowGroup(group, reader)) && (await isStaffed(group, reader, now));
    if (isOpen) return { route: 'workbench', target: group, group };
  }
  return undefined;
}
