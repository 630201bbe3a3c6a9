/** What an administrator does to accounts and invitations: an operation each, and its words. */
import type { PlainKey } from '../../../texts/words.js';

export interface Action {
  /** What it is done to. */
  readonly on: 'Person' | 'Patient' | 'Task';
  readonly operation: string;
  readonly word: PlainKey;
  /** What comes of it, before it is confirmed. */
  readonly why: PlainKey;
}

export const actions = {
  invite: { on: 'Patient', operation: 'invite', word: 'actInvite', why: 'actInviteWhy' },
  enroll: { on: 'Patient', operation: 'enroll', word: 'actEnroll', why: 'actEnrollWhy' },
  activate: { on: 'Person', operation: 'activate', word: 'actActivate', why: 'actActivateWhy' },
  'resend-activation': {
    on: 'Person',
    operation: 'resend',
    word: 'actResendActivation',
    why: 'actResendActivationWhy',
  },
  unlock: { on: 'Person', operation: 'unlock', word: 'actUnlock', why: 'actUnlockWhy' },
  'reset-factor': { on: 'Person', operation: 'reset-factor', word: 'actResetFactor', why: 'actResetFactorWhy' },
  deactivate: { on: 'Person', operation: 'deactivate', word: 'actDeactivate', why: 'actDeactivateWhy' },
  reactivate: { on: 'Person', operation: 'reactivate', word: 'actReactivate', why: 'actReactivateWhy' },
  'resend-invitation': { on: 'Task', operation: 'resend', word: 'actResendInvitation', why: 'actResendInvitationWhy' },
  withdraw: { on: 'Task', operation: 'withdraw', word: 'actWithdraw', why: 'actWithdrawWhy' },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof actions;

export const isAction = (name: string): name is ActionName => Object.hasOwn(actions, name);

/** Of an account, by its standing. */
export const accountActions: Readonly<Record<string, readonly ActionName[]>> = {
  enrolled: ['unlock', 'reset-factor', 'deactivate'],
  'proxy-only': ['unlock', 'reset-factor', 'deactivate'],
  pending: ['activate', 'resend-activation', 'deactivate'],
  inactive: ['reactivate'],
};
