/** The portal's rule for plain writes of a Patient: invitations and the account follow the record. */
import type { Patient } from 'fhir/r4.js';
import type { Clock } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import { isDecisive, patientChanged } from '../portal/patient-change.js';
import type { WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

const toPatient = (resource: Resource): Patient => resource as unknown as Patient;

export const patientRule =
  (parts: ReaderParts & { readonly clock: Clock }): WriteRule =>
  async (resource, previous, context) => {
    if (!previous) return { resource };
    const [before, after] = [toPatient(previous), toPatient(resource)];
    if (!isDecisive(before, after)) return { resource };
    const all = readerOf(context, context.asSystem('a patient: open invitations, the account'), parts);
    return { resource, step: await patientChanged(before, after, all, parts.clock.now()) };
  };
