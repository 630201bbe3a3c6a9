/**
 * A bound on the work of evaluating expressions from outside, in steps: unlike a bound in time it gives the same answer on
 * every machine, however busy.
 */
import { Fault } from './fault.js';

/** About 30 ms of evaluation on a slow machine: for one resource, or one operation of a patch. */
export const STEPS = 50_000;

/** For the resources of a page together. */
export const PAGE_STEPS = 2 * STEPS;

export class Steps {
  private left: number;

  constructor(most = STEPS) {
    this.left = most;
  }

  /** Throws Fault `too-costly` once more steps are taken than there are, and at every further one. */
  take(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new Fault('too-costly', 'An expression takes too many steps to evaluate.');
  }
}
