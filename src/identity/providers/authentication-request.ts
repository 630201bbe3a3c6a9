/** Authentication requests under way: which browser was sent to which provider, and what for. */
import { createHmac } from 'node:crypto';
import type { CodeAndFacts, Entrance } from '../accounts/first-credential.js';
import { createBrowserRecords, type BrowserRecordParts, type BrowserRecords } from '../sessions/browser-record.js';
import type { FlowSecrets } from './relying-party.js';

/** What the provider's word is to be used for. */
export type Purpose =
  /** `isFresh`: the person is to prove to the provider anew who they are. `back`: where the sign-in leads. */
  | { readonly kind: 'sign-in'; readonly back?: string | undefined; readonly isFresh?: boolean }
  | ({ readonly kind: 'entrance'; readonly entrance: Entrance } & CodeAndFacts)
  /** Another way into the account of this session. */
  | { readonly kind: 'add'; readonly session: string };

export interface AuthenticationRequest {
  /** Key of the provider. */
  readonly provider: string;
  readonly purpose: Purpose;
  /** Of the page that it began on: BCP 47. */
  readonly language: string;
}

export type AuthenticationRequests = BrowserRecords<AuthenticationRequest>;

/** Milliseconds. */
const LASTS = 15 * 60_000;

export const createAuthenticationRequests = (parts: BrowserRecordParts): AuthenticationRequests =>
  createBrowserRecords({ kind: 'external-sign-in', lasts: LASTS }, parts);

/** What binds the provider's answer to the browser: made of its secret, and kept nowhere. @param secret of the browser */
export function flowSecretsOf(secret: string): FlowSecrets {
  const made = (use: string): string => createHmac('sha256', secret).update(use).digest('base64url');
  return { state: made('state'), nonce: made('nonce'), verifier: made('verifier') };
}
