/** The demo's agent at a browser without script, once the last sign-in was long ago. */
import type { PageVisitor } from '../fixtures/page-visitor.js';
import type { Portal } from '../identity/members.js';
import { enrolStaff, staffVisitor, type Staff } from '../identity/staff-visitor.js';

export const chooseAgent = enrolStaff;

export function signedInAgent(portal: Portal, staff: Staff = 'agent'): Promise<PageVisitor> {
  portal.world.advance(3600_000);
  return staffVisitor(portal, staff);
}
