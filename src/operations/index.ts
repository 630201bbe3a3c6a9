/** All operations. Each has its OperationDefinition in capability/operations/ and an entry in a capability file. */
import type { Operation } from '../service.js';
import { createActivate, type ActivateParts } from './activate/activate.js';
import { createAccount, type AccountParts } from './account/account.js';
import { createApply, type ApplyParts } from './apply/apply.js';
import { createAssign } from './assign/assign.js';
import { createClaim } from './claim/claim.js';
import { createComplete } from './complete/complete.js';
import { createDeactivate } from './deactivate/deactivate.js';
import { createDecideDuplicate } from './decide-duplicate/decide-duplicate.js';
import { createDeliveryList, type DeliveriesParts } from './deliveries/deliveries.js';
import { createDryRun } from './dry-run/dry-run.js';
import { createEnrolAgent } from './enrol-agent/enrol-agent.js';
import { createEnroll, type EnrollParts } from './enroll/enroll.js';
import { createEnrollmentStatus, type EnrollmentStatusParts } from './enrollment-status/enrollment-status.js';
import { createEverything, type EverythingParts } from './everything/everything.js';
import { createExpand, type ExpandParts } from './expand/expand.js';
import { createInvite, type InviteParts } from './invite/invite.js';
import { createBreakGlass, createEndBreakGlass } from './break-glass/break-glass.js';
import { createLaunch } from './launch/launch.js';
import { createLinkProxy, type LinkProxyParts } from './link-proxy/link-proxy.js';
import { createLookup, type LookupParts } from './lookup/lookup.js';
import { createMark } from './mark/mark.js';
import { createMatch, type MatchParts } from './match/match.js';
import { createMeasureMessages, type MeasureMessagesParts } from './measure-messages/measure-messages.js';
import { createMembers, type MembersParts } from './members/members.js';
import { createMeta, createMetaAdd, createMetaDelete, type MetaParts } from './meta/meta.js';
import { createNote } from './note/note.js';
import { createPreview, type PreviewParts } from './preview/preview.js';
import { createPrioritize } from './prioritize/prioritize.js';
import { createReadState } from './read-state/read-state.js';
import { createRedeemInvitation, type RedeemInvitationParts } from './redeem-invitation/redeem-invitation.js';
import { createReportMisdirected, type ReportMisdirectedParts } from './report-misdirected/report-misdirected.js';
import { createReindex, type ReindexParts } from './reindex/reindex.js';
import { createReindexStatus, type ReindexStatusParts } from './reindex/status.js';
import { createReactivate } from './reactivate/reactivate.js';
import { createRelease } from './release/release.js';
import { createResendActivation } from './resend/activation.js';
import { createResendInvitation } from './resend/invitation.js';
import { createResetFactor } from './reset-factor/reset-factor.js';
import { createRemoveAgent } from './remove-agent/remove-agent.js';
import { createReopen } from './reopen/reopen.js';
import { createResume } from './resume/resume.js';
import { createTakeBack } from './take-back/take-back.js';
import { createTransfer } from './transfer/transfer.js';
import { createUnassign } from './unassign/unassign.js';
import { createWait } from './wait/wait.js';
import { createSendAgain, type SendAgainParts } from './send-again/send-again.js';
import { createUnlinkProxy } from './unlink-proxy/unlink-proxy.js';
import { createUnlock, type AccountAccessParts } from './unlock/unlock.js';
import { createUnsubscribe, type UnsubscribeParts } from './unsubscribe/unsubscribe.js';
import { createUntranslated, type UntranslatedParts } from './untranslated/untranslated.js';
import { createValidate, type ValidateParts } from './validate/validate.js';
import {
  createValidateCodeSystemCode,
  createValidateValueSetCode,
  type ValidateCodeParts,
} from './validate-code/validate-code.js';
import { createWithdraw } from './withdraw/withdraw.js';
import { createWorkload } from './workload/workload.js';
import type { WorkflowParts } from './workflow-operation.js';

/** What the operations use, together; each factory names its own. */
export type OperationParts = WorkflowParts &
  AccountParts &
  ApplyParts &
  InviteParts &
  ActivateParts &
  AccountAccessParts &
  DeliveriesParts &
  EnrollParts &
  EnrollmentStatusParts &
  EverythingParts &
  ExpandParts &
  LinkProxyParts &
  LookupParts &
  MatchParts &
  MeasureMessagesParts &
  MembersParts &
  MetaParts &
  PreviewParts &
  RedeemInvitationParts &
  ReindexParts &
  ReindexStatusParts &
  ReportMisdirectedParts &
  SendAgainParts &
  UnsubscribeParts &
  UntranslatedParts &
  ValidateParts &
  ValidateCodeParts;

/** The portal's own definitions are known under the base that configuration sets. */
export const createOperations = (parts: OperationParts): readonly Operation[] =>
  all(parts).map(one => ({ ...one, definition: parts.definitions.own.fromFile(one.definition) }));

const all = (parts: OperationParts): readonly Operation[] => [
  createAccount(parts),
  createEnrollmentStatus(parts),
  createInvite(parts),
  createRedeemInvitation(parts),
  createReportMisdirected(parts),
  createUnsubscribe(parts),
  createDryRun(),
  createDeliveryList(parts),
  createSendAgain(parts),
  createEnroll(parts),
  createLaunch(parts),
  createBreakGlass(parts),
  createEndBreakGlass(parts),
  createLinkProxy(parts),
  createUnlinkProxy(parts),
  createMembers(parts),
  createDeactivate(parts),
  createReactivate(parts),
  createActivate(parts),
  createResendActivation(parts),
  createUnlock(parts),
  createResetFactor(parts),
  createResendInvitation(parts),
  createWithdraw(parts),
  createDecideDuplicate('confirm', parts),
  createDecideDuplicate('reject', parts),
  createClaim(parts),
  createRelease(parts),
  createAssign(parts),
  createUnassign(parts),
  createTransfer(parts),
  createWait(parts),
  createResume(parts),
  createReopen(parts),
  createEnrolAgent(parts),
  createRemoveAgent(parts),
  createWorkload(parts),
  createTakeBack(parts),
  createPrioritize(parts),
  createComplete(parts),
  createNote(parts),
  createMark('mark-read', parts),
  createMark('mark-unread', parts),
  createMark('archive', parts),
  createMark('unarchive', parts),
  createReadState(parts),
  createMeasureMessages(parts),
  createPreview(parts),
  createApply(parts),
  createUntranslated(parts),
  createValidate(parts),
  createMeta(),
  createMetaAdd(parts),
  createMetaDelete(parts),
  createEverything(parts),
  createMatch(parts),
  createExpand(parts),
  createValidateValueSetCode(parts),
  createLookup(parts),
  createValidateCodeSystemCode(parts),
  createReindex(parts),
  createReindexStatus(parts),
];
