/** The roles that a member of staff holds now, and where: https://hl7.org/fhir/R4/practitionerrole.html */
import type { PractitionerRole } from 'fhir/r4.js';
import type { Query } from '../../fhir/request.js';
import { isStaffRole, type StaffRole } from '../../fhir/staff-roles.js';
import type { SignedIn } from '../../identity/sessions/session.js';
import { find, type Desk, type Found } from './desk.js';

/** Their PractitionerRoles in force, with the Organizations. */
export function rolesFound(desk: Desk, { account, ...who }: SignedIn): Promise<Found> {
  const query: Query = [
    ['practitioner', account],
    ['active', 'true'],
    ['_include', 'PractitionerRole:organization'],
    ['_count', '100'],
  ];
  return find(desk, { account, ...who }, 'PractitionerRole', query);
}

export const rolesIn = ({ code = [] }: PractitionerRole): StaffRole[] =>
  code.flatMap(({ coding = [] }) => coding.flatMap(one => (one.code && isStaffRole(one.code) ? [one.code] : [])));

/** All that they hold anywhere. */
export async function rolesOf(desk: Desk, who: SignedIn): Promise<ReadonlySet<StaffRole>> {
  const { matches } = await rolesFound(desk, who);
  return new Set((matches as unknown as PractitionerRole[]).flatMap(rolesIn));
}
