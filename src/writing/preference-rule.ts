/** Preferences of notices are judged wherever they are written, by whomever. */
import type { Patient, Person } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Resource } from '../fhir/resource.js';
import { refuseOtherChanges } from '../portal/own-record.js';
import { preferenceIssues } from '../portal/preferences.js';
import type { Context, WriteRule } from '../service.js';

export const withPreferences =
  (rule: WriteRule, own: OwnCanonicals): WriteRule =>
  async (resource, previous, context) => {
    if (context.actor.kind === 'patient') refuseOthers(resource, previous, context, own);
    const issues = preferenceIssues(resource as unknown as Patient | Person, own);
    if (issues.length > 0) throw new Fault('unprocessable', 'The preferences have wrong values.', { issues });
    return rule(resource, previous, context);
  };

/** A record that the caller does not see stays unknown to them: the commit answers. */
function refuseOthers(
  resource: Resource,
  previous: Resource | undefined,
  { actor }: Context,
  own: OwnCanonicals,
): void {
  if (resource.resourceType !== 'Patient' || !previous || !actor.patients.includes(resource.id ?? '')) return;
  if (actor.self !== resource.id) {
    throw new Fault('forbidden', 'Patients change how they are notified on their own record alone.');
  }
  refuseOtherChanges(previous as unknown as Patient, resource as unknown as Patient, own);
}
