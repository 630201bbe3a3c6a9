/** The portal's rule for plain writes of a Patient: invitations and the account follow the record; duplicates are reviewed. */
import { isDeepStrictEqual } from 'node:util';
import type { Patient } from 'fhir/r4.js';
import type { World } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { duplicatesOf, reviewed } from '../portal/duplicate.js';
import { isInactive } from '../portal/identity.js';
import { isDecisive, patientChanged } from '../portal/patient-change.js';
import { combined, step, type Step } from '../portal/step.js';
import type { Context, WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

type Parts = ReaderParts & World;

const toPatient = (resource: Resource): Patient => resource as unknown as Patient;

export const patientRule =
  (parts: Parts): WriteRule =>
  async (resource, previous, context) => {
    const after = toPatient(resource);
    const before = previous && toPatient(previous);
    const reviews = await reviewsOf(before, after, context, parts);
    if (!before || !isDecisive(before, after)) return { resource, step: reviews };
    const all = readerOf(context, context.asSystem('a patient: open invitations, the account'), parts);
    return { resource, step: combined(await patientChanged(before, after, all, parts.clock.now()), reviews) };
  };

const IDENTIFYING = ['identifier', 'name', 'birthDate', 'telecom'] as const;

/** A record that may be of somebody who has an account by another record. */
async function reviewsOf(before: Patient | undefined, after: Patient, context: Context, parts: Parts): Promise<Step> {
  const same = before && IDENTIFYING.every(name => isDeepStrictEqual(before[name], after[name]));
  if (same === true || isInactive(after) || after.link !== undefined) return step({});
  const all = readerOf(context, context.asSystem('a patient: possible duplicates'), parts);
  const record = `Patient/${after.id}`;
  const found = await duplicatesOf(after, [record], all).catch(ofTooMany);
  const members = found.filter(({ account }) => account !== undefined);
  return reviewed(record, members, all, parts);
}

/** Facts that so many share tell nobody from others; the record is written all the same. */
function ofTooMany(error: unknown): [] {
  if (error instanceof Fault && error.kind === 'too-costly') return [];
  throw error;
}
