/**
 * The invitation to enroll: a Task (profile invitation) whose code goes to the invitee alone.
 * requested → completed (redeemed) | cancelled (superseded, or enrolled otherwise) | failed (expired, locked)
 */
import type { Task } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { instant } from '../fhir/instant.js';
import { concept, profile } from './codes.js';
import { contactIn, type Contact } from './contact.js';
import type { Effect } from './effect.js';
import { newCode, hashOf } from './invitation-code.js';
import { forget, invitationsOf, recordChanges, type Invitee, type Stored } from './invitation-record.js';
import { changed, created, combined, step, type Versioned, type WorkflowReader, type Step } from './step.js';
import { transition, type Transitions } from './transition.js';
import { defined } from '../fhir/defined.js';

const DAY = 24 * 3600 * 1000;

export type InvitationMove = 'redeem' | 'supersede' | 'expire' | 'lock';

const because = (text: string) => (): Partial<Task> => ({ statusReason: { text } });

const moves: Transitions<InvitationMove, Task, undefined> = {
  redeem: { from: ['requested'], to: 'completed' },
  supersede: { from: ['requested'], to: 'cancelled', change: because('superseded') },
  expire: { from: ['requested'], to: 'failed', change: because('expired') },
  lock: { from: ['requested'], to: 'failed', change: because('locked after too many wrong verifications') },
};

/** The Task after a move, as a step. */
export function moveInvitation(task: Versioned<Task>, move: InvitationMove, now: number): Step {
  const { resource } = transition(moves, move, task.resource, undefined);
  return step({ writes: [changed(task, { ...resource, lastModified: instant(now) })] });
}

export interface InvitationOrder {
  invitee: Invitee;
  /** Addresses that the caller stated: they come before those on record. */
  stated: Contact;
  /** Names of the channels that the caller asks for. */
  channels?: readonly string[];
  language?: string;
  /** Which content: the workflow that causes the invitation. */
  topic?: string;
  days: number;
  /** Who invites. */
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
  const task = taskOf(order, world.ids.next(), now, until);
  const { invitee, language } = order;
  const { open, pointers } = await invitationsOf(invitee, reader);
  const record = { ...invitee, task: `Task/${task.id}`, tries: 0, until, ...defined({ language }) };
  const made = step({
    writes: [created(task)],
    documents: recordChanges(hashOf(code), record, pointers),
    effects: [noticeOf(order, task, code, until)],
  });
  return { task, step: combined(await endInvitations(open, reader, now), made) };
}

/** Ends invitations that are not to be redeemed any more. */
export async function endInvitations(open: readonly Stored[], reader: WorkflowReader, now: number): Promise<Step> {
  const steps = open.map(async stored => {
    const task = await reader.get<Task>(stored.record.task);
    const move = stored.record.until <= now ? 'expire' : 'supersede';
    const moved = task?.resource.status === 'requested' ? moveInvitation(task, move, now) : step({});
    return combined(moved, step({ documents: [forget(stored)] }));
  });
  return combined(...(await Promise.all(steps)));
}

function taskOf(order: InvitationOrder, id: string, now: number, until: number): Task {
  const { invitee, topic, requester } = order;
  return {
    resourceType: 'Task',
    id,
    meta: { profile: [profile('invitation')] },
    status: 'requested',
    intent: 'order',
    code: concept('task-code', 'invitation'),
    ...(invitee.patient === undefined ? {} : { for: { reference: invitee.patient } }),
    authoredOn: instant(now),
    lastModified: instant(now),
    requester,
    restriction: { period: { end: instant(until) } },
    ...(topic === undefined ? {} : { input: [{ type: { text: 'topic' }, valueCode: topic }] }),
  };
}

function noticeOf(order: InvitationOrder, task: Task, code: string, until: number): Effect {
  const { invitee, stated, channels, language, topic = '', portalUrl } = order;
  const { patient: reference, facts } = invitee;
  const contact = reference === undefined ? contactIn(facts) : stated;
  return {
    kind: 'notice',
    event: 'invitation',
    about: `Task/${task.id}`,
    persons: [{ ...defined({ reference }), contact }],
    ...defined({ channels, language }),
    parameters: {
      name: facts.given ?? '',
      code,
      link: `${portalUrl}/invitation#${code}`,
      topic,
      until: instant(until).slice(0, 10),
    },
    expires: until,
  };
}
