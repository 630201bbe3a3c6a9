/** What becomes of a work item, by the rules of MSG-6 alone. */
import fc from 'fast-check';

export interface Move {
  agent: 'agent' | 'manager';
  name: 'claim' | 'release' | 'complete';
}

export interface WorkItem {
  status: 'requested' | 'in-progress' | 'completed';
  /** Who has claimed it, or has completed it; the group's where undefined. */
  owner?: Move['agent'];
  /** How many moves it has seen. */
  moves: number;
}

/** Rounds of moves that are made at once. */
export const rounds = fc.array(
  fc.array(
    fc.record({
      agent: fc.constantFrom<Move['agent']>('agent', 'manager'),
      name: fc.constantFrom<Move['name']>('claim', 'claim', 'release', 'release', 'complete'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  { minLength: 1, maxLength: 8 },
);

function moved({ status, owner, moves }: WorkItem, { agent, name }: Move): WorkItem | undefined {
  const next = { moves: moves + 1 };
  if (name === 'claim') return status === 'requested' ? { ...next, status: 'in-progress', owner: agent } : undefined;
  if (status !== 'in-progress' || owner !== agent) return undefined;
  return name === 'release' ? { ...next, status: 'requested' } : { ...next, status: 'completed', owner };
}

/** The item after these moves, one after the other; undefined where they would have been answered otherwise. */
export function workItemAfter(
  item: WorkItem,
  answered: readonly { move: Move; status: number }[],
): WorkItem | undefined {
  let after = item;
  for (const { move, status } of answered) {
    const next = moved(after, move);
    if (status !== (next ? 200 : 409)) return undefined;
    after = next ?? after;
  }
  return after;
}
