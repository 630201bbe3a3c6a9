/** What everybody is answered who would change, send, retract or throw away a message, by the rules of MSG-6, MSG-17 and MSG-19 alone. */
import type { Kind } from './cast.js';

export const messageStates = [
  'draft of patient',
  'draft of agent',
  'draft of system',
  'question',
  'answer of the group',
  'answer of the agent',
  'answer of the system',
  'retracted',
] as const;
export type MessageState = (typeof messageStates)[number];

export const messageStatuses = [
  ...(['preparation', 'completed', 'entered-in-error', 'in-progress', 'stopped'] as const),
];
export type MessageWay = 'PUT' | 'PATCH' | 'DELETE';

const AUTHORS: Readonly<Partial<Record<MessageState, Kind>>> = {
  'draft of patient': 'patient',
  'draft of agent': 'agent',
  'draft of system': 'system',
};

export const authorOf = (state: MessageState): Kind => AUTHORS[state] ?? 'system';
export const isDraft = (state: MessageState): boolean => AUTHORS[state] !== undefined;

/** Whoever writes no messages at all. */
const NO_WRITERS = new Set<Kind>([
  'staff without role',
  'departed agent',
  'administrator',
  'system that may not write',
]);

/** The agents of the group that was asked. */
const DESK: readonly Kind[] = ['agent', 'second agent', 'manager', 'agent without task processing'];

/** Whoever sees the messages of the thread. A clinician of the group sees those to or from the group. */
const READERS = new Set<Kind>(['patient', 'proxy', 'clinician', 'system', ...DESK]);

export function sees(kind: Kind, state: MessageState): boolean {
  if (isDraft(state)) return kind === authorOf(state);
  if (kind === 'clinician' && state === 'answer of the agent') return false;
  return READERS.has(kind);
}

/** Whoever sent it, or may send for the group in whose name it was sent. */
function mayRetract(kind: Kind, state: MessageState): boolean {
  if (kind === 'system') return true;
  if (state === 'question') return kind === 'patient';
  if (state === 'answer of the agent') return kind === 'agent';
  return kind === 'clinician' || DESK.includes(kind);
}

/** @param unseen the answer where the caller sees no such message */
export function answerToMessageUpdate(state: MessageState, kind: Kind, status: string, unseen: number): number {
  if (kind === 'stranger') return 401;
  if (NO_WRITERS.has(kind)) return 403;
  if (!sees(kind, state)) return unseen;
  if (isDraft(state)) return status === 'preparation' || status === 'completed' ? 200 : 422;
  const now = state === 'retracted' ? 'entered-in-error' : 'completed';
  if (status === now) return 200;
  if (now === 'entered-in-error' || status !== 'entered-in-error') return 409;
  return mayRetract(kind, state) ? 200 : 403;
}

/** Drafts are thrown away by their authors; of what was sent, a trace stays. To systems, what they do not see is as good as gone. */
export function answerToDeletion(state: MessageState, kind: Kind): number {
  if (kind === 'stranger') return 401;
  if (NO_WRITERS.has(kind)) return 403;
  if (!sees(kind, state)) return kind === 'system' ? 204 : 404;
  return isDraft(state) ? 204 : 409;
}
