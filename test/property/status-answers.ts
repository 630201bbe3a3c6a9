/** What everybody is answered who would set the status of an invitation, or close and reopen an account, by a plain update. */
import type { Kind } from './cast.js';

export type InvitationState = 'requested' | 'cancelled';
export const invitationStates: readonly InvitationState[] = ['requested', 'cancelled'];
export const invitationStatuses = ['requested', 'cancelled', 'failed', 'completed', 'accepted'] as const;

/** An invitation that has days left. */
export function answerOfInvitation(state: InvitationState, kind: Kind, status: string): number {
  if (kind === 'stranger') return 401;
  if (kind !== 'system') return state === status && kind === 'administrator' ? 200 : 403;
  if (state === status) return 200;
  if (state === 'cancelled') return 409;
  if (status === 'cancelled') return 200;
  return status === 'completed' ? 403 : 409;
}

export type AccountState = 'active' | 'inactive';
export const accountStates: readonly AccountState[] = ['active', 'inactive'];

export function answerOfAccount(kind: Kind): number {
  if (kind === 'stranger') return 401;
  return kind === 'system' || kind === 'administrator' ? 200 : 403;
}
