/** People who may be on record already, under other facts: member administration decides, and nothing else makes an account. */
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { reviewed } from './duplicate.js';
import type { Enrollee } from './enrollee.js';
import { newPatient } from './new-patient.js';
import { combined, created, step, type Step, type WorkflowReader } from './step.js';

/**
 * A person who may be on record otherwise gets neither an invitation nor an account until member administration has decided:
 * the records and their reviews, with Fault `conflict`. Undefined for anybody else.
 */
export function heldForReview(
  { facts, patient, language, others, conditions }: Enrollee,
  reader: WorkflowReader,
  world: World,
): { fault: Fault; step: Step } | undefined {
  if (others.length === 0) return undefined;
  const record = patient?.resource ?? newPatient(facts, world.ids.next(), language, reader.own);
  const made = step({ writes: patient ? [] : [created(record)] });
  const fault = new Fault('conflict', 'This may be a person who is on record otherwise: a review is to decide.');
  return { fault, step: combined(conditions, made, reviewed(`Patient/${record.id}`, others, reader, world)) };
}

/** Whether member administration has been asked about the person. */
export const isUnderReview = ({ account, others }: Enrollee): boolean =>
  account === undefined && others.some(({ isReviewed }) => isReviewed);
