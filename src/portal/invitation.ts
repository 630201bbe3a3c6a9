/**
 * The invitation to enroll: a Task (profile invitation) whose code goes to the invitee alone.
 * requested → completed (redeemed) | cancelled (superseded, enrolled otherwise, or by its sender) | failed (expired, locked)
 */
import type { Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { instant } from '../fhir/instant.js';
import { boundsOf, holds } from '../fhir/period.js';
import { contactIn, type Contact } from './contact.js';
import { contactDiffers } from './addressing.js';
import type { Effect } from './effect.js';
import { newCode, hashOf } from './invitation-code.js';
import { forget, invitationsOf, recordChanges, type Invitee, type Stored } from './invitation-record.js';
import { changed, created, combined, step, type Versioned, type WorkflowReader, type Step } from './step.js';
import { move, SERVER, statusStates, type Mover, type Moving, type Workflow } from './workflow.js';
import { defined } from '../fhir/defined.js';

const DAY = 24 * 3600 * 1000;

export type InvitationMove = 'redeem' | 'supersede' | 'outdate' | 'expire' | 'lock' | 'resend' | 'withdraw' | 'report';

const because =
  (text: string) =>
  (_task: Task, { now }: Moving): Partial<Task> => ({ statusReason: { text }, lastModified: instant(now) });
const touched = (_task: Task, { now }: Moving): Partial<Task> => ({ lastModified: instant(now) });

/** A plain update gives its own reason, if any. */
const withdrawn = ({ statusReason = { text: 'withdrawn' } }: Task, { now }: Moving): Partial<Task> => ({
  ...{ statusReason, lastModified: instant(now) },
});

/** The input of the move `resend`. */
interface Resending {
  /** Milliseconds since the epoch until which the invitation is good from now on. */
  readonly until?: number;
}

const extended = ({ restriction }: Task, { now, input: { until = now } }: Moving<Resending>): Partial<Task> => ({
  restriction: { ...restriction, period: { ...restriction?.period, end: instant(until) } },
  lastModified: instant(now),
});

const open = { from: ['requested'] };

/** The server alone redeems (for the code), supersedes (for a newer invitation), outdates (with its address) and locks (after too many wrong facts). */
export const invitationWorkflow = (own: OwnCanonicals): Workflow<InvitationMove, Task, Resending> => ({
  name: 'invitation',
  resource: 'Task',
  governs: ({ code }) => own.hasCode(code && [code], 'task-code', 'invitation'),
  states: statusStates<Task>('requested', 'completed', 'cancelled', 'failed'),
  moves: {
    redeem: { ...open, to: 'completed', by: ['server'], change: touched },
    supersede: { ...open, to: 'cancelled', by: ['server'], change: because('superseded') },
    outdate: { ...open, to: 'cancelled', by: ['server'], change: because('the contact on record changed') },
    report: {
      ...open,
      to: 'cancelled',
      by: ['server'],
      change: because('its recipient reports that it was not meant for them'),
    },
    resend: { ...open, to: 'requested', by: ['system', 'staff'], operation: true, change: extended },
    withdraw: {
      ...{ ...open, to: 'cancelled', by: ['system', 'staff'], change: withdrawn },
      ...{ operation: true, repeatable: true },
    },
    expire: { ...open, to: 'failed', by: ['server', 'system'], guard: isOver, change: because('expired') },
    lock: {
      ...open,
      to: 'failed',
      by: ['server'],
      change: because('locked after too many wrong verifications'),
    },
  },
});

function isOver({ restriction }: Task, { now }: Moving): void {
  if (holds(boundsOf(restriction?.period), now)) {
    throw new Fault('conflict', 'The invitation has not expired yet.', { expression: 'Task.status' });
  }
}

/** A move that the server makes, as a step. */
export async function moveInvitation(
  task: Versioned<Task>,
  name: InvitationMove,
  all: WorkflowReader,
  now: number,
): Promise<Step> {
  const { resource } = await move(invitationWorkflow(all.own), name, task.resource, {
    by: SERVER,
    now,
    all,
    input: {},
  });
  return step({ writes: [changed(task, resource)] });
}

export interface InvitationOrder {
  invitee: Invitee;
  /** Where it goes; of a patient on record an address there. */
  contact: Contact;
  /** The caller stated another contact than the one on record. */
  differs: boolean;
  /** The addresses by the channels that are used. */
  sentTo: readonly string[];
  /** Names of the requested channels. */
  channels?: readonly string[];
  language?: string;
  /** The workflow that causes the invitation; selects the wording. */
  topic?: string;
  days: number;
  /** The person or system that invites. */
  requester: NonNullable<Task['requester']>;
  /** Where links lead, without a trailing slash. */
  portalUrl: string;
}

/** A new invitation; any earlier one of the same person ends in the same step. */
export async function invite(
  order: InvitationOrder,
  reader: WorkflowReader,
  world: World,
): Promise<{ task: Task; step: Step }> {
  const now = world.clock.now();
  const until = now + order.days * DAY;
  const code = newCode(world.random);
  const task = taskOf(order, world.ids.next(), now, until, reader.own);
  const { invitee, language, sentTo } = order;
  const { open, pointers } = await invitationsOf(invitee, reader);
  const record = { ...invitee, task: `Task/${task.id}`, tries: 0, until, sentTo, ...defined({ language }) };
  const made = step({
    writes: [created(task)],
    documents: recordChanges(hashOf(code), record, pointers),
    effects: [noticeOf(order, task, code, until), ...warningsOf(order, task)],
  });
  return { task, step: combined(await endInvitations(open, reader, now), made) };
}

/** Milliseconds in which a call made again is a retry, and sends nothing. */
const RETRY = 10_000;

/** Whether something was sent again just now. */
export const isRetry = (resent: unknown, now: number): boolean => typeof resent === 'number' && now - resent < RETRY;

/** The invitation once more, with another code: the one before is good for nothing from now on. */
export async function resend(
  task: Versioned<Task>,
  stored: Stored,
  order: InvitationOrder,
  by: Mover,
  reader: WorkflowReader,
  world: World,
): Promise<Step> {
  const now = world.clock.now();
  const until = now + order.days * DAY;
  const code = newCode(world.random);
  const moving = { by, now, all: reader, input: { until } };
  const { resource } = await move(invitationWorkflow(reader.own), 'resend', task.resource, moving);
  const { invitee, language, sentTo } = order;
  const { pointers } = await invitationsOf(invitee, reader);
  const record = { ...invitee, task: stored.record.task, tries: 0, until, resent: now, sentTo };
  return step({
    writes: [changed(task, resource)],
    documents: [forget(stored), ...recordChanges(hashOf(code), { ...record, ...defined({ language }) }, pointers)],
    effects: [noticeOf(order, resource, code, until)],
  });
}

/** Ends invitations that are not to be redeemed any more. */
export async function endInvitations(
  open: readonly Stored[],
  reader: WorkflowReader,
  now: number,
  because: 'supersede' | 'outdate' = 'supersede',
): Promise<Step> {
  const steps = open.map(async stored => {
    const task = await reader.get<Task>(stored.record.task);
    const name = stored.record.until <= now ? 'expire' : because;
    const moved = task?.resource.status === 'requested' ? await moveInvitation(task, name, reader, now) : step({});
    return combined(moved, step({ documents: [forget(stored)] }));
  });
  return combined(...(await Promise.all(steps)));
}

function taskOf(order: InvitationOrder, id: string, now: number, until: number, own: OwnCanonicals): Task {
  const { invitee, topic, requester } = order;
  return {
    resourceType: 'Task',
    id,
    meta: { profile: [own.structure('invitation')] },
    status: 'requested',
    intent: 'order',
    code: own.concept('task-code', 'invitation'),
    ...(invitee.patient === undefined ? {} : { for: { reference: invitee.patient } }),
    authoredOn: instant(now),
    lastModified: instant(now),
    requester,
    restriction: { period: { end: instant(until) } },
    ...(topic === undefined ? {} : { input: [{ type: { text: 'topic' }, valueCode: topic }] }),
  };
}

function noticeOf(order: InvitationOrder, task: Task, code: string, until: number): Effect {
  const { invitee, contact, channels, language, topic = '', portalUrl } = order;
  const { patient: reference, facts } = invitee;
  return {
    kind: 'notice',
    event: 'invitation',
    about: `Task/${task.id}`,
    persons: [{ ...defined({ reference }), contact: contactIn(contact) }],
    ...defined({ channels, language }),
    parameters: {
      given: facts.given ?? '',
      code,
      link: `${portalUrl}/invitation#${code}`,
      topic,
      until: instant(until),
    },
    expires: until,
  };
}

const warningsOf = ({ differs, invitee: { patient } }: InvitationOrder, { id }: Task): Effect[] =>
  differs && patient !== undefined ? [contactDiffers(`Task/${id}`, patient)] : [];
