/** Before somebody changes who gets into an account: whoever sits down at an open browser cannot. */
import type { Clock } from '../../fhir/clock.js';
import { isConflict } from '../../fhir/fault.js';
import { knownTries } from '../limits/known-browsers.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { SignedIn } from '../sessions/session.js';
import type { CredentialPolicy } from './credential-policy.js';
import type { CredentialReader, StoredCredential } from './credential.js';
import type { Hashing } from './password-hash.js';
import { foldUserName } from './user-name.js';

export interface ConfirmParts {
  readonly clock: Clock;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly policy: CredentialPolicy;
  readonly hashing: Hashing;
  readonly limiter: Limiter;
}

/** Somebody who is signed in, and their password once more. */
export interface Confirmed {
  readonly visitor: Visitor;
  readonly signedIn: SignedIn;
  readonly password: string;
}

/**
 * `stale`: an account without a password is changed soon after a sign-in alone. `closed`: the organization does not allow it. `conflict`: something else was changed at the
 * same moment. `wait` are milliseconds.
 */
export type SettingRefusal =
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'wait'; readonly wait: number };

/** Milliseconds that a sign-in counts as the password once more, for an account that has none. */
export const FRESH = 5 * 60_000;

/** The password once more; a sign-in of this moment where there is no password. */
export async function confirm(
  { signedIn: { account, provedAt }, password }: Confirmed,
  { clock, credentials, policy, hashing, limiter }: ConfirmParts,
): Promise<StoredCredential | SettingRefusal> {
  const stored = await credentials.of(account);
  if (stored && !(await policy.usable(stored.credential)).password)
    return clock.now() - provedAt <= FRESH ? stored : { kind: 'stale' };
  // Whoever is signed in does not wait for the tries of strangers.
  const of = knownTries(foldUserName(stored?.credential.userName ?? account));
  const counted: Counted = { limit: 'password-account', of };
  const wait = await limiter.take([counted]);
  if (wait !== undefined) return { kind: 'wait', wait };
  if (!(await hashing.verify(stored?.credential.password, password)) || !stored) return { kind: 'wrong-password' };
  await limiter.forget(counted);
  return stored;
}

/** What the work comes to, unless something else was changed at the same moment. */
export async function unlessRaced<T extends { readonly kind: string }>(
  work: () => Promise<T>,
): Promise<T | { readonly kind: 'conflict' }> {
  try {
    return await work();
  } catch (error) {
    if (isConflict(error)) return { kind: 'conflict' };
    throw error;
  }
}
