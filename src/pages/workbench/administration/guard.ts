/** Pages of the Workbench that are for some roles; to others they say so. What anybody may do there is the endpoint's to say. */
import type { PractitionerRole } from 'fhir/r4.js';
import { typed } from '../../../fhir/resource.js';
import type { StaffRole } from '../../../fhir/staff-roles.js';
import type { SignedIn } from '../../../identity/sessions/session.js';
import { heading } from '../../account/fields.js';
import type { Answer, Fields, Received, Visit } from '../../account/visit.js';
import type { Work, WorkbenchParts } from '../parts.js';
import { rolesFound, rolesIn } from '../roles.js';

/** A member of staff for whom a page is. */
export interface Administrator {
  readonly who: SignedIn;
  readonly isAdministrator: boolean;
  /** The workflow groups that they manage: `Organization/2`. */
  readonly manages: readonly string[];
}

export type AdministratorWork = (
  visit: Visit,
  by: Administrator,
  fields: Fields,
  parts: WorkbenchParts,
  files: readonly Received[],
) => Answer | Promise<Answer>;

type WithFiles = (
  ...[visit, who, fields, parts, files]: [...Parameters<Work>, files?: readonly Received[]]
) => Promise<Answer>;

export const forRoles =
  (roles: readonly StaffRole[], work: AdministratorWork): WithFiles =>
  async (visit, who, fields, parts, files = []) => {
    const held = (await rolesFound(parts.desk, who)).matches.map(one => typed<PractitionerRole>(one));
    if (!held.some(role => rolesIn(role).some(code => roles.includes(code)))) return notForThem(visit);
    const isAdministrator = held.some(role => rolesIn(role).includes('healthcare-administrator'));
    const manages = held.flatMap(role =>
      rolesIn(role).includes('manager') ? [role.organization?.reference ?? ''] : [],
    );
    return work(visit, { who, isAdministrator, manages }, fields, parts, files);
  };

const notForThem = ({ words }: Visit): Answer => ({
  kind: 'page',
  status: 403,
  title: words.workbench,
  content: heading(words.workbench, words.adminNotYours),
});

export const missing = ({ words }: Visit): Answer => ({
  kind: 'page',
  status: 404,
  title: words.workbench,
  content: heading(words.adminMissing),
});
