/** The refusal of a code and facts that are to open an account. */
import type { Fault } from '../fhir/fault.js';
import type { Step } from './step.js';

/** It may change something too: it counts, and the fifth ends the code. */
export interface Refusal {
  readonly fault: Fault;
  readonly step: Step;
}
