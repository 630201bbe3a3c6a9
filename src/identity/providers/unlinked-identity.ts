/** External identities that sign in to no account yet: what a browser has brought, until its person has proved whose it is. */
import { createBrowserRecords, type BrowserRecordParts, type BrowserRecords } from '../sessions/browser-record.js';
import type { VouchedPerson } from './vouched-person.js';

export interface UnlinkedIdentity {
  readonly person: VouchedPerson;
  /** When the provider vouched for it: milliseconds since the epoch. */
  readonly at: number;
  /** Where the sign-in leads. */
  readonly back?: string | undefined;
}

export type UnlinkedIdentities = BrowserRecords<UnlinkedIdentity>;

/** Milliseconds: time to wait for an e-mail. */
const LASTS = 30 * 60_000;

export const createUnlinkedIdentities = (parts: BrowserRecordParts): UnlinkedIdentities =>
  createBrowserRecords({ kind: 'unlinked-identity', lasts: LASTS }, parts);
