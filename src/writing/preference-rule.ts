/** Preferences of notices are judged wherever they are written, by whomever. */
import type { Patient, Person } from 'fhir/r4.js';
import { Fault } from '../fhir/fault.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import { preferenceIssues } from '../portal/preferences.js';
import type { WriteRule } from '../service.js';

export const withPreferences =
  (rule: WriteRule, own: OwnCanonicals): WriteRule =>
  (resource, previous, context) => {
    const issues = preferenceIssues(resource as unknown as Patient | Person, own);
    if (issues.length > 0) throw new Fault('unprocessable', 'The preferences have wrong values.', { issues });
    return rule(resource, previous, context);
  };
