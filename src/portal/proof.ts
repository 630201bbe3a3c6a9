/** The outcome of a code and facts that are to open an account. */
import type { Person } from 'fhir/r4.js';
import type { Fault } from '../fhir/fault.js';
import type { Step } from './step.js';

/** A refusal may change something too: it counts, and the fifth ends the code. */
export type Proof = { readonly person: Person; readonly step: Step } | { readonly fault: Fault; readonly step: Step };
