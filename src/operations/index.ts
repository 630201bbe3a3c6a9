/** All operations. Each has its OperationDefinition in capability/operations/ and an entry in a capability file. */
import type { Operation } from '../service.js';
import { claim } from './claim/claim.js';
import { complete } from './complete/complete.js';
import { enroll } from './enroll/enroll.js';
import { enrollmentStatus } from './enrollment-status/enrollment-status.js';
import { everything } from './everything/everything.js';
import { expand } from './expand/expand.js';
import { invite } from './invite/invite.js';
import { lookup } from './lookup/lookup.js';
import { markRead } from './mark-read/mark-read.js';
import { meta, metaAdd, metaDelete } from './meta/meta.js';
import { redeemInvitation } from './redeem-invitation/redeem-invitation.js';
import { reindex } from './reindex/reindex.js';
import { reindexStatus } from './reindex/status.js';
import { release } from './release/release.js';
import { validate } from './validate/validate.js';
import { validateCodeSystemCode, validateValueSetCode } from './validate-code/validate-code.js';

export const operations: readonly Operation[] = [
  enrollmentStatus,
  invite,
  redeemInvitation,
  enroll,
  claim,
  release,
  complete,
  markRead,
  validate,
  meta,
  metaAdd,
  metaDelete,
  everything,
  expand,
  validateValueSetCode,
  lookup,
  validateCodeSystemCode,
  reindex,
  reindexStatus,
];
