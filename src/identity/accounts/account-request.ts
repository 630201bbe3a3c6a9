/** Requests of people who cannot sign in, as they wait for the server to look into them. */
import type { Facts } from '../../portal/identity.js';
import type { AccountKind } from './credential-policy.js';
import type { Document, DocumentChange } from '../../store/port.js';

export type RequestPurpose = 'password' | 'user-name' | 'self-enrollment' | 'link';

export interface AccountRequest {
  readonly purpose: RequestPurpose;
  /** A user name or an e-mail address, as it was typed; of an external identity, its name. */
  readonly text: string;
  /** The secret of the browser that a code belongs to. */
  readonly browser: string;
  /** Of somebody who enrolls, or who signs in at a provider. */
  readonly facts?: Facts;
  /** Whose accounts that provider signs in to. */
  readonly serves?: readonly AccountKind[];
}

export const REQUESTS = 'account-request';

/** Milliseconds after which nobody waits for an answer any more. */
const LASTS = 3600_000;

export const queuedRequest = (id: string, request: AccountRequest, now: number): DocumentChange => ({
  op: 'put',
  document: { kind: REQUESTS, id, value: { ...request }, keys: {}, due: now, expires: now + LASTS },
  expect: 0,
});

export const requestOf = ({ value }: Document): AccountRequest => value as unknown as AccountRequest;
