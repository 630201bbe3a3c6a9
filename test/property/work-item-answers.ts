/** What everybody is answered who would move a work item, by the rules of MSG-6 alone. */
import type { Kind } from './cast.js';

export const itemStates = [
  ...(['queued', 'claimed by agent', 'claimed by manager', 'waiting by agent', 'done', 'cancelled'] as const),
];
export type ItemState = (typeof itemStates)[number];

export const itemMoves = [
  ...(['claim', 'release', 'wait', 'resume', 'complete', 'reopen'] as const),
  ...(['assign', 'unassign', 'transfer'] as const),
];
export type ItemMove = (typeof itemMoves)[number];

export const itemStatuses = ['ready', 'in-progress', 'on-hold', 'completed', 'cancelled'] as const;

/** Who may call the operation at all; the roles are those of anybody, in whatever group. */
const CALLERS: Readonly<Record<ItemMove, ReadonlySet<Kind>>> = {
  claim: agentsAnd(),
  complete: agentsAnd(),
  wait: agentsAnd(),
  resume: agentsAnd(),
  release: agentsAnd('administrator'),
  reopen: agentsAnd('administrator'),
  transfer: agentsAnd('administrator'),
  assign: new Set<Kind>(['manager', 'manager of another group', 'administrator']),
  unassign: new Set<Kind>(['manager', 'manager of another group', 'administrator']),
};

function agentsAnd(...more: Kind[]): ReadonlySet<Kind> {
  const here: Kind[] = ['agent', 'second agent', 'manager', 'agent without task processing'];
  return new Set<Kind>([...here, 'agent of another group', 'manager of another group', ...more]);
}

const ELSEWHERE = new Set<Kind>(['agent of another group', 'manager of another group']);

export function answerToOperation(state: ItemState, kind: Kind, name: ItemMove): number {
  if (kind === 'stranger') return 401;
  if (!CALLERS[name].has(kind)) return 403;
  if (ELSEWHERE.has(kind)) return 404;
  if (!isAllowed(state, name)) return 409;
  if (kind === 'agent without task processing') return 403;
  if (name === 'claim' || name === 'assign' || name === 'unassign' || name === 'reopen') return 200;
  const manages = kind === 'manager' || kind === 'administrator';
  if (manages && (name === 'release' || name === 'transfer')) return 200;
  if (name === 'transfer' && state === 'queued') return 200;
  return state.endsWith(` by ${kind}`) ? 200 : 409;
}

function isAllowed(state: ItemState, name: ItemMove): boolean {
  const isOpen = state !== 'done' && state !== 'cancelled';
  const isHeld = isOpen && state !== 'queued';
  const isWaiting = state === 'waiting by agent';
  const allowed: Record<ItemMove, boolean> = {
    claim: state === 'queued',
    release: isHeld,
    unassign: isHeld,
    complete: isHeld,
    wait: isHeld && !isWaiting,
    resume: isWaiting,
    assign: isOpen,
    transfer: isOpen,
    reopen: state === 'done',
  };
  return allowed[name];
}

const STATUS: Readonly<Record<ItemState, string>> = {
  queued: 'ready',
  'claimed by agent': 'in-progress',
  'claimed by manager': 'in-progress',
  'waiting by agent': 'on-hold',
  done: 'completed',
  cancelled: 'cancelled',
};

/** Moves that are not a system's to make; whatever else changes the status is no move at all. */
const MOVES = new Set([
  ...['ready in-progress', 'in-progress ready', 'ready completed', 'in-progress completed'],
  ...['in-progress on-hold', 'on-hold in-progress', 'on-hold ready', 'on-hold completed', 'completed ready'],
  ...['ready cancelled', 'in-progress cancelled', 'on-hold cancelled'],
]);

/**
 * The answer to a plain update of the status: people write no Tasks. Administrators write those of member administration,
 * and hear of all others that nothing is to change where they change nothing.
 */
export function answerToUpdate(state: ItemState, kind: Kind, status: string): number {
  if (kind === 'stranger') return 401;
  const same = STATUS[state] === status;
  if (kind !== 'system') return same && kind === 'administrator' ? 200 : 403;
  if (same) return 200;
  return MOVES.has(`${STATUS[state]} ${status}`) ? 403 : 409;
}
