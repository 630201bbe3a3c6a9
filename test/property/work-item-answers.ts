/** What everybody is answered who would move a work item, by the rules of MSG-6 alone. */
import type { Kind } from './cast.js';

export type ItemState = 'queued' | 'claimed by agent' | 'claimed by manager' | 'done' | 'cancelled';
export const itemStates: readonly ItemState[] = [
  'queued',
  'claimed by agent',
  'claimed by manager',
  'done',
  'cancelled',
];

export type ItemMove = 'claim' | 'release' | 'assign' | 'complete';
export const itemMoves: readonly ItemMove[] = ['claim', 'release', 'assign', 'complete'];

export const itemStatuses = ['ready', 'in-progress', 'completed', 'cancelled'] as const;

/** Who may call the operation at all; the roles are those of anybody, in whatever group. */
const CALLERS: Readonly<Record<ItemMove, ReadonlySet<Kind>>> = {
  claim: agentsAnd(),
  complete: agentsAnd(),
  release: agentsAnd('administrator'),
  assign: new Set<Kind>(['manager', 'manager of another group', 'administrator']),
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
  const isOpen = state !== 'done' && state !== 'cancelled';
  const isClaimed = isOpen && state !== 'queued';
  const allowed: Record<ItemMove, boolean> = {
    claim: state === 'queued',
    release: isClaimed,
    complete: isClaimed,
    assign: isOpen,
  };
  if (!allowed[name]) return 409;
  if (kind === 'agent without task processing') return 403;
  const manages = kind === 'manager' || kind === 'administrator';
  if (name === 'claim' || name === 'assign') return 200;
  if (name === 'release' && manages) return 200;
  return state === `claimed by ${kind}` ? 200 : 409;
}

const STATUS: Readonly<Record<ItemState, string>> = {
  queued: 'ready',
  'claimed by agent': 'in-progress',
  'claimed by manager': 'in-progress',
  done: 'completed',
  cancelled: 'cancelled',
};

/** Moves that are not a system's to make; whatever else changes the status is no move at all. */
const MOVES = new Set([
  ...['ready in-progress', 'in-progress ready', 'ready completed', 'in-progress completed'],
  ...['ready cancelled', 'in-progress cancelled'],
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
