/** What becomes of a work item, by the rules of MSG-6 alone. */
import fc from 'fast-check';

export type Move =
  | { agent: 'agent' | 'manager'; name: 'claim' | 'release' | 'complete' }
  /** A plain update of the status. */
  | { agent: 'system'; name: 'patch'; to: 'ready' | 'in-progress' | 'completed' | 'cancelled' };

export interface WorkItem {
  status: 'ready' | 'in-progress' | 'completed';
  /** Who has claimed it, or has completed it; the group's where undefined. */
  owner?: 'agent' | 'manager';
  /** How many moves it has seen. */
  moves: number;
}

/** Rounds of moves that are made at once. */
export const rounds = fc.array(
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          agent: fc.constantFrom<'agent' | 'manager'>('agent', 'manager'),
          name: fc.constantFrom<'claim' | 'release' | 'complete'>('claim', 'claim', 'release', 'release', 'complete'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom<'ready' | 'in-progress' | 'completed' | 'cancelled'>(
            ...(['ready', 'in-progress', 'completed', 'cancelled'] as const),
          )
          .map(to => ({ agent: 'system' as const, name: 'patch' as const, to })),
      },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  { minLength: 1, maxLength: 8 },
);

/** The moves that lead from one status to another are not a system's: to it they are forbidden, all else is a conflict. */
const OTHERS_MOVES = new Set([
  ...['ready in-progress', 'in-progress ready', 'ready completed', 'in-progress completed'],
  ...['ready cancelled', 'in-progress cancelled', 'completed ready'],
]);

/** The answer to a move, and the item after it. */
function moved(item: WorkItem, move: Move): { answer: number; after: WorkItem } {
  const { status, owner, moves } = item;
  const refused = (answer: number) => ({ answer, after: item });
  const done = (after: Omit<WorkItem, 'moves'>) => ({ answer: 200, after: { ...after, moves: moves + 1 } });
  if (move.name === 'patch') {
    if (move.to === status) return refused(200);
    return refused(OTHERS_MOVES.has(`${status} ${move.to}`) ? 403 : 409);
  }
  const { agent, name } = move;
  if (name === 'claim') return status === 'ready' ? done({ status: 'in-progress', owner: agent }) : refused(409);
  if (status !== 'in-progress') return refused(409);
  // A manager takes back what an agent has.
  const may = owner === agent || (name === 'release' && agent === 'manager');
  if (!may) return refused(409);
  return name === 'release' ? done({ status: 'ready' }) : done({ status: 'completed', owner: agent });
}

/** The item after these moves, one after the other; undefined where they would have been answered otherwise. */
export function workItemAfter(
  item: WorkItem,
  answered: readonly { move: Move; status: number }[],
): WorkItem | undefined {
  let now = item;
  for (const { move, status } of answered) {
    const { answer, after } = moved(now, move);
    if (status !== answer) return undefined;
    now = after;
  }
  return now;
}
