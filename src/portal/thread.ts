/** Threads of messages: the message answered, the first message, and the clinical group concerned. */
import type { Communication, Organization, PractitionerRole, Reference } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { WorkflowReader } from './step.js';

export interface Thread {
  /** The message answered. */
  parent: Communication;
  /** The first message; the parent itself, if that is the first. */
  root: Communication;
}

/**
 * The thread that a message continues; undefined for a first message. The reader sees as much as the
 * sender: another person's thread is no thread. Fault `not-found`.
 */
export async function threadOf(message: Communication, reader: WorkflowReader): Promise<Thread | undefined> {
  const answered = message.inResponseTo?.[0]?.reference ?? message.partOf?.[0]?.reference;
  if (answered === undefined) return undefined;
  const parent = await messageAt(answered, 'Communication.inResponseTo', reader);
  const first = parent.partOf?.[0]?.reference;
  return { parent, root: first === undefined ? parent : await messageAt(first, 'Communication.partOf', reader) };
}

async function messageAt(reference: string, expression: string, reader: WorkflowReader): Promise<Communication> {
  const found = reference.startsWith('Communication/') ? await reader.get<Communication>(reference) : undefined;
  if (!found) throw new Fault('not-found', 'The message answered does not exist.', { expression });
  return found.resource;
}

/** The way of messages to a clinical group. */
export interface Flow {
  /** `Organization/1`: the clinical group. */
  group: string;
  /** `Organization/2`: the workflow group whose agents get the work items. */
  workflowGroup: string;
}

/** The flow of the first clinical group among these: named itself, or through the role of a practitioner named. */
export async function flowOf(
  named: readonly (Reference | undefined)[],
  reader: WorkflowReader,
): Promise<Flow | undefined> {
  for (const reference of new Set(named.flatMap(one => one?.reference ?? []))) {
    for (const organization of await organizationsOf(reference, reader)) {
      const flow = await flowOfGroup(organization, reader);
      if (flow) return flow;
    }
  }
  return undefined;
}

async function organizationsOf(reference: string, reader: WorkflowReader): Promise<string[]> {
  if (reference.startsWith('Organization/')) return [reference];
  if (reference.startsWith('PractitionerRole/')) {
    const role = await reader.get<PractitionerRole>(reference);
    return role?.resource.organization?.reference === undefined ? [] : [role.resource.organization.reference];
  }
  if (!reference.startsWith('Practitioner/')) return [];
  const roles = await reader.find<PractitionerRole>(
    'PractitionerRole',
    [
      ['practitioner', reference],
      ['active', 'true'],
    ],
    100,
  );
  return roles.flatMap(({ resource }) => resource.organization?.reference ?? []);
}

async function flowOfGroup(group: string, reader: WorkflowReader): Promise<Flow | undefined> {
  const { own } = reader;
  const found = await reader.get<Organization>(group);
  if (
    !found ||
    found.resource.active === false ||
    !own.hasCode(found.resource.type, 'organization-type', 'clinical-group')
  ) {
    return undefined;
  }
  const flow = found.resource.extension?.find(({ url }) => url === own.structure('message-flow'))?.valueReference
    ?.reference;
  return flow === undefined ? undefined : { group, workflowGroup: flow };
}
