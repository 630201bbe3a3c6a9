/** The portal's rule for writes of a Patient: invitations and the account follow the record; duplicates are reviewed. */
import { isDeepStrictEqual } from 'node:util';
import type { Patient } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import { duplicatesOf, reviewed } from '../portal/duplicate.js';
import { isInactive } from '../portal/identity.js';
import { isDecisive, patientChanged } from '../portal/patient-change.js';
import { combined, step, type Step, type WorkflowReader } from '../portal/step.js';
import type { WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

/** Makes a reader that sees everything, for this reason. */
type All = (reason: string) => WorkflowReader;

const toPatient = (resource: Resource): Patient => resource as unknown as Patient;

export const patientRule =
  (parts: ReaderParts & World): WriteRule =>
  async (resource, previous, context) => {
    const all: All = reason => readerOf(context, context.asSystem(reason), parts);
    return { resource, step: await patientConsequences(resource, previous, all, parts) };
  };

/** What a Patient that is written means for the portal. */
export async function patientConsequences(
  resource: Resource,
  previous: Resource | undefined,
  all: All,
  world: World,
): Promise<Step> {
  const after = toPatient(resource);
  const before = previous && toPatient(previous);
  const reviews = await reviewsOf(before, after, all, world);
  if (!before || !isDecisive(before, after)) return reviews;
  const reader = all('a patient: open invitations, the account');
  return combined(await patientChanged(before, after, reader, world.clock.now()), reviews);
}

const IDENTIFYING = ['identifier', 'name', 'birthDate', 'telecom'] as const;

/** A record that may be of somebody who has an account by another record. */
async function reviewsOf(before: Patient | undefined, after: Patient, all: All, world: World): Promise<Step> {
  const same = before && IDENTIFYING.every(name => isDeepStrictEqual(before[name], after[name]));
  if (same === true || isInactive(after) || after.link !== undefined) return step({});
  const reader = all('a patient: possible duplicates');
  const record = `Patient/${after.id}`;
  const { found } = await duplicatesOf(after, [record], reader);
  const members = found.filter(({ account }) => account !== undefined);
  return reviewed(record, members, reader, world);
}
