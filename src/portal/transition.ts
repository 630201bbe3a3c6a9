/** A workflow is a table of transitions on a FHIR status: move → from, to, guard, change, effects. */
import { Fault } from '../fhir/fault.js';
import type { Effect } from './effect.js';

/** Anything whose state is its `status`. */
export interface Stateful {
  resourceType: string;
  status: string;
}

export interface Transition<R extends Stateful, I> {
  from: readonly R['status'][];
  to: R['status'];
  /** Throws Fault where this caller, or this moment, may not. Asked only in a state of `from`. */
  guard?: (resource: R, input: I) => void;
  /** What changes besides the status. */
  change?: (resource: R, input: I) => Partial<R>;
  effects?: (resource: R, input: I) => Effect[];
}

export type Transitions<Move extends string, R extends Stateful, I> = Readonly<Record<Move, Transition<R, I>>>;

/** The resource after a move. Fault `conflict` where its state does not allow it; whatever the guard throws. */
export function transition<Move extends string, R extends Stateful, I>(
  table: Transitions<Move, R, I>,
  move: Move,
  resource: R,
  input: I,
): { resource: R; effects: Effect[] } {
  const row = table[move];
  if (!row.from.includes(resource.status)) {
    throw new Fault('conflict', `A ${resource.resourceType} that is ${resource.status} does not allow this: ${move}.`, {
      expression: `${resource.resourceType}.status`,
    });
  }
  row.guard?.(resource, input);
  const next = { ...resource, ...row.change?.(resource, input), status: row.to };
  return { resource: next, effects: row.effects?.(next, input) ?? [] };
}
