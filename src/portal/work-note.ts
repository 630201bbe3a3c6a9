/** Internal notes on a work item: by whom, when and what; nobody changes them. https://hl7.org/fhir/R4/datatypes.html#Annotation */
import type { Annotation, Task } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import { instant } from '../fhir/instant.js';
import { parameterPath } from '../fhir/parameters.js';
import { changedAt } from './changed-at.js';
import { entitlementOf } from './entitlement.js';
import type { Mover, Moving } from './workflow.js';

/** Characters. */
const LONGEST = 10_000;

/** Fault `unprocessable` where it is blank, or too long. @param now milliseconds since the epoch */
export function noteBy({ fhirUser, subject = 'server' }: Mover, text: string, now: number): Annotation {
  if (text.trim() === '' || text.length > LONGEST) {
    throw new Fault('unprocessable', `A note has from 1 to ${LONGEST} characters.`, {
      expression: parameterPath('note'),
    });
  }
  const author = fhirUser === undefined ? { authorString: subject } : { authorReference: { reference: fhirUser } };
  return { ...author, time: instant(now), text };
}

/** The work item with one more note. Fault `forbidden` for staff who neither process the group's work nor manage it. */
export async function withNote(
  task: Task,
  group: string | undefined,
  { by, now, all, input }: Moving<{ note: string }>,
): Promise<Task> {
  const { processes, manages } = await entitlementOf(by.fhirUser ?? '', group, all, now);
  if (by.kind !== 'system' && !processes && !manages) {
    throw new Fault('forbidden', 'Notes are written by those who process or manage the work of the group.');
  }
  const at = changedAt(task, now);
  return { ...task, lastModified: instant(at), note: [...(task.note ?? []), noteBy(by, input.note, at)] };
}
