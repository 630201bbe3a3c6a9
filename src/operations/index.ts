/** All operations. Each has its OperationDefinition in capability/operations/ and an entry in a capability file. */
import type { Operation } from '../service.js';
import { claim } from './claim/claim.js';
import { complete } from './complete/complete.js';
import { enroll } from './enroll/enroll.js';
import { enrollmentStatus } from './enrollment-status/enrollment-status.js';
import { invite } from './invite/invite.js';
import { markRead } from './mark-read/mark-read.js';
import { redeemInvitation } from './redeem-invitation/redeem-invitation.js';
import { release } from './release/release.js';

export const operations: readonly Operation[] = [
  enrollmentStatus,
  invite,
  redeemInvitation,
  enroll,
  claim,
  release,
  complete,
  markRead,
];
