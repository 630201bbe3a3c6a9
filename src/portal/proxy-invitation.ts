/**
 * A patient asks another person to act for them: a Task with the code proxy-invitation, whose single-use code goes to that person
 * alone. requested → completed (accepted) | rejected (declined) | cancelled (withdrawn) | failed (expired, locked)
 */
import type { Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { instant } from '../fhir/instant.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Document, DocumentChange } from '../store/port.js';
import type { Contact } from './contact.js';
import { hashOf, newCode } from './invitation-code.js';
import { changed, created, step, type Step, type Versioned, type WorkflowReader } from './step.js';
import { move, SERVER, statusStates, type Moving, type Workflow } from './workflow.js';

export type ProxyInvitationMove = 'accept' | 'decline' | 'withdraw' | 'expire' | 'lock';

const KIND = 'proxy-invitation';
const open = { from: ['requested'] };
const touched = (_task: Task, { now }: Moving): Partial<Task> => ({ lastModified: instant(now) });

export const proxyInvitationWorkflow = (own: OwnCanonicals): Workflow<ProxyInvitationMove, Task> => ({
  name: 'invitation of a proxy',
  resource: 'Task',
  governs: ({ code }) => own.hasCode(code && [code], 'task-code', KIND),
  states: statusStates<Task>('requested', 'completed', 'rejected', 'cancelled', 'failed'),
  moves: {
    accept: { ...open, to: 'completed', by: ['server'], change: touched },
    decline: { ...open, to: 'rejected', by: ['server'], change: touched },
    withdraw: { ...open, to: 'cancelled', by: ['server', 'system', 'staff'], change: touched },
    expire: { ...open, to: 'failed', by: ['server'], change: touched },
    lock: { ...open, to: 'failed', by: ['server'], change: touched },
  },
});

/** What a patient asks somebody for. */
export interface ProxyInvitation {
  /** `Patient/1` */
  readonly principal: string;
  readonly given: string;
  readonly family: string;
  readonly contact: Contact;
  /** A code of v3-RoleCode. */
  readonly relationship: string;
  /** Codes of `proxy-function`. */
  readonly functions: readonly string[];
  /** The last day, `YYYY-MM-DD`; undefined: until it is ended. */
  readonly end?: string;
}

/** As it is kept, under the hash of its code. */
export interface StoredProxyInvitation extends ProxyInvitation {
  /** `Task/1` */
  readonly task: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Wrong facts so far. */
  readonly tries: number;
}

export interface FoundProxyInvitation {
  readonly document: Document;
  readonly invitation: StoredProxyInvitation;
  readonly task: Versioned<Task>;
}

/** Invitations of one patient that are open at once. */
const MOST_OPEN = 10;
const MOST_TRIES = 5;

/** Undefined: too many are open. @param asking given name of the patient */
export async function inviteProxy(
  order: ProxyInvitation,
  { asking, days, portalUrl }: { readonly asking: string; readonly days: number; readonly portalUrl: string },
  reader: WorkflowReader,
  world: World,
): Promise<Step | undefined> {
  const now = world.clock.now();
  if ((await openInvitations(order.principal, reader, now)).length >= MOST_OPEN) return undefined;
  const until = now + days * 24 * 3600_000;
  const code = newCode(world.random);
  const task = taskOf(order, world.ids.next(), now, until, reader.own);
  const about = `Task/${task.id}`;
  const stored: StoredProxyInvitation = { ...order, task: about, until, tries: 0 };
  const link = `${portalUrl}/proxy-invitation#${code}`;
  return step({
    writes: [created(task)],
    documents: [putOf(hashOf(code), stored, 0), pointer(about, hashOf(code), until)],
    effects: [
      {
        ...{ kind: 'notice', event: 'proxy-invitation', about, persons: [{ contact: order.contact }], expires: until },
        parameters: { given: asking, code, link, until: instant(until) },
      },
    ],
  });
}

const putOf = (hash: string, invitation: StoredProxyInvitation, expect: number): DocumentChange => ({
  op: 'put',
  document: { kind: KIND, id: hash, value: { ...invitation }, keys: {}, expires: invitation.until },
  expect,
});

/** From the Task to the record, so that a patient withdraws it without the code. */
const pointer = (task: string, hash: string, expires: number): DocumentChange => ({
  op: 'put',
  document: { kind: `${KIND}-of-task`, id: task, value: { hash }, keys: {}, expires },
  expect: 0,
});

function taskOf(order: ProxyInvitation, id: string, now: number, until: number, own: OwnCanonicals): Task {
  const { principal: reference, given, family, functions } = order;
  return {
    ...{ resourceType: 'Task', id, status: 'requested', intent: 'proposal' },
    code: own.concept('task-code', KIND),
    for: { reference },
    ...{ authoredOn: instant(now), lastModified: instant(now), requester: { reference } },
    restriction: { period: { end: instant(until) } },
    input: [
      { type: { text: 'name' }, valueString: `${given} ${family}` },
      ...functions.map(valueCode => ({ type: { text: 'function' }, valueCode })),
    ],
  };
}

/** The invitations of a patient that nobody has answered yet. */
export async function openInvitations(principal: string, reader: WorkflowReader, now: number): Promise<Task[]> {
  const query: [string, string][] = [
    ['patient', principal],
    ['code', `${reader.own.codeSystem('task-code')}|${KIND}`],
    ['status', 'requested'],
  ];
  const found = await reader.find<Task>('Task', query, 200);
  return found
    .map(({ resource }) => resource)
    .filter(({ restriction }) => Date.parse(restriction?.period?.end ?? '') > now);
}

/** The open invitation that a code belongs to. */
export async function proxyInvitationBy(
  code: string,
  reader: WorkflowReader,
  now: number,
): Promise<FoundProxyInvitation | undefined> {
  const document = await reader.document(KIND, hashOf(code));
  const invitation = document?.value as unknown as StoredProxyInvitation | undefined;
  if (!document || !invitation || invitation.until <= now) return undefined;
  const task = await reader.get<Task>(invitation.task);
  return task?.resource.status === 'requested' ? { document, invitation, task } : undefined;
}

/** The code is used up by every move. */
export async function moveProxyInvitation(
  { document: { id, version }, task }: FoundProxyInvitation,
  name: ProxyInvitationMove,
  all: WorkflowReader,
  now: number,
): Promise<Step> {
  const moving = { by: SERVER, now, all, input: {} };
  const { resource } = await move(proxyInvitationWorkflow(all.own), name, task.resource, moving);
  return step({
    writes: [changed(task, resource)],
    documents: [{ op: 'delete', kind: KIND, id, expect: version }],
  });
}

/** Wrong facts count; the fifth end the invitation. */
export async function wrongFacts(found: FoundProxyInvitation, all: WorkflowReader, now: number): Promise<Step> {
  const { document, invitation } = found;
  const tries = invitation.tries + 1;
  if (tries >= MOST_TRIES) return moveProxyInvitation(found, 'lock', all, now);
  return step({ documents: [putOf(document.id, { ...invitation, tries }, document.version)] });
}

/** Ends an invitation of this patient that is open; an empty step where there is none. */
export async function withdrawProxyInvitation(
  principal: string,
  id: string,
  all: WorkflowReader,
  now: number,
): Promise<Step> {
  const task = await all.get<Task>(`Task/${id}`);
  const isOwn = task?.resource.for?.reference === principal && proxyInvitationWorkflow(all.own).governs(task.resource);
  if (!task || !isOwn || task.resource.status !== 'requested') return step({});
  const hash = (await all.document(`${KIND}-of-task`, `Task/${id}`))?.value['hash'];
  const document = typeof hash === 'string' ? await all.document(KIND, hash) : undefined;
  const { resource } = await move(proxyInvitationWorkflow(all.own), 'withdraw', task.resource, {
    ...{ by: SERVER, now, all, input: {} },
  });
  return step({
    writes: [changed(task, resource)],
    documents: document ? [{ op: 'delete', kind: KIND, id: document.id, expect: document.version }] : [],
  });
}

/** The period of a relation that ends with a day. */
export const periodUntil = (end: string | undefined) => defined({ period: end === undefined ? undefined : { end } });
