/** A browser's session: a record named by the hash of the secret that the cookie holds. Deleting the record ends it. */
import { createHash } from 'node:crypto';
import type { Document, DocumentChange } from '../../store/port.js';

/** Who is signed in to a browser. */
export interface SignedIn {
  /** `Person/1` or `Practitioner/1`. */
  readonly account: string;
  /** The resource that the person is to apps: `Patient/1`, `Person/1`, `Practitioner/1`. */
  readonly fhirUser: string;
  /** When they proved who they are: milliseconds since the epoch. */
  readonly authTime: number;
  /** The same, or earlier: at the provider that vouches for them. 0: nobody knows. */
  readonly provedAt: number;
  /** How: https://www.rfc-editor.org/rfc/rfc8176 */
  readonly amr: readonly string[];
  /** Names the session; opens nothing. */
  readonly session: string;
}

export const SESSION = 'session';

/** The value of a session's record; its secondary key is `account`. */
export interface SessionValue {
  readonly account: string;
  readonly amr: readonly string[];
  /** Milliseconds since the epoch. */
  readonly authTime: number;
  /** Where a provider vouches for the person: when they proved to it who they are; 0: it does not say. */
  readonly provedAt?: number;
  readonly seen: number;
  /** The browser, as far as it names itself: `Firefox`. */
  readonly browser: string;
}

/** Milliseconds. */
export interface SessionLimits {
  /** From the last request on. */
  readonly idle: number;
  /** From the sign-in on. */
  readonly absolute: number;
}

export const valueOf = ({ value }: Document): SessionValue => value as unknown as SessionValue;

/** What the store keeps of a secret. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(`session:${secret}`).digest('hex');

/** @param expect version of the record before; 0: none */
export function sessionRecord(
  id: string,
  value: SessionValue,
  { idle, absolute }: SessionLimits,
  expect: number,
): DocumentChange {
  const expires = Math.min(value.seen + idle, value.authTime + absolute);
  return {
    op: 'put',
    document: { kind: SESSION, id, value: { ...value }, keys: { account: value.account }, expires },
    expect,
  };
}

export const endOf = ({ id, version }: Document): DocumentChange => ({
  op: 'delete',
  kind: SESSION,
  id,
  expect: version,
});
