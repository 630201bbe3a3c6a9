/** What goes with a change of how an account is signed in to: sessions and tokens end, and its person is told. */
import type { Effect } from '../../portal/effect.js';
import type { DocumentChange } from '../../store/port.js';
import type { WithHeaders } from '../sessions/cookies.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Grants } from '../authorization-server/grants.js';
import { accountNotice, type AccountNotice } from './account-notice.js';

export interface AccountSecurity {
  /** The changes that end all sessions (but that of one browser) and all tokens of an account. */
  signedOut(account: string, except?: WithHeaders): Promise<DocumentChange[]>;
  /** The changes that queue a notice. */
  told(notice: AccountNotice): DocumentChange[];
}

export const createAccountSecurity = (
  sessions: Pick<Sessions, 'ending'>,
  grants: Pick<Grants, 'ending'>,
  outbox: (effect: Effect) => DocumentChange[],
): AccountSecurity => ({
  signedOut: async (account, except) =>
    eachOnce([...(await sessions.ending(account, except ? { except } : {})), ...(await grants.ending(account))]),
  told: notice => outbox(accountNotice(notice)),
});

/** Changes to one record are the same change. */
const eachOnce = (changes: readonly DocumentChange[]): DocumentChange[] => [
  ...new Map(changes.map(change => [nameOf(change), change])).values(),
];

const nameOf = (change: DocumentChange): string => {
  const { kind, id } = change.op === 'put' ? change.document : change;
  return `${kind} ${id}`;
};
