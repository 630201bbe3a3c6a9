/** The portal's rule for what patients and proxies change of a record: its profile, while that is switched on. */
import type { Patient } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { Resource } from '../fhir/resource.js';
import { profileChanged } from '../portal/profile-change.js';
import { profileIssues, refuseMerged, refuseOtherChanges } from '../portal/patient-profile.js';
import { combined, step } from '../portal/step.js';
import type { Context, WriteRule } from '../service.js';
import { readerOf, type ReaderParts } from './workflow-reader.js';

const toPatient = (resource: Resource): Patient => resource as unknown as Patient;

/** @param rule for all who write a Patient */
export const profileRule =
  (rule: WriteRule, parts: ReaderParts): WriteRule =>
  async (resource, previous, context) => {
    if (!previous || !isSeenByPerson(resource, context)) return rule(resource, previous, context);
    const [before, after] = [toPatient(previous), toPatient(resource)];
    refuseMerged(before);
    refuseOtherChanges(before, after, parts.definitions.own);
    const reader = readerOf(context, context.asSystem('a profile: the addresses of its account'), parts);
    const issues = profileIssues(before, after, reader.phoneNumber);
    if (issues.length > 0) throw new Fault('unprocessable', 'The profile has wrong values.', { issues });
    const ruled = await rule(resource, previous, context);
    return { ...ruled, step: combined(ruled.step ?? step({}), await profileChanged(before, after, reader)) };
  };

/** A record that the caller does not see stays unknown to them: the commit answers, and judges proxies by their functions. */
const isSeenByPerson = ({ id = '' }: Resource, { actor }: Context): boolean =>
  actor.kind === 'patient' && actor.patients.includes(id);
