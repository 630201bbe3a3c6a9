/** Sign-in by user name and password. Unknown names, wrong passwords and closed accounts are one answer, in the same time. */
import { isConflict } from '../../fhir/fault.js';
import type { Alarm } from '../limits/alarm.js';
import { knownTries } from '../limits/known-browsers.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import { kindOf, type CredentialPolicy } from './credential-policy.js';
import type { CredentialReader, StoredCredential } from './credential.js';
import { isDormant, proceed, type FirstFactor, type FirstFactorParts, type SignInProgress } from './first-factor.js';
import type { Hashing } from './password-hash.js';
import { foldUserName } from './user-name.js';

export interface SignInParts {
  readonly credentials: Pick<CredentialReader, 'byUserName'>;
  readonly hashing: Hashing;
  readonly limiter: Limiter;
  readonly alarm: Alarm;
  readonly policy: Pick<CredentialPolicy, 'allowsOwn'>;
  readonly factors: FirstFactorParts;
}

/** `wait` are milliseconds. */
export type SignInOutcome =
  | SignInProgress
  | { readonly kind: 'refused' }
  /** Nobody has signed in for so long that a new password is due. */
  | { readonly kind: 'dormant' }
  | { readonly kind: 'wait'; readonly wait: number };

export interface NameAndPassword {
  readonly userName: string;
  readonly password: string;
}

/** Characters of a password that are looked at: nobody has chosen a longer one. */
const LONGEST = 1024;

export async function signIn(
  visitor: Visitor,
  { userName, password }: NameAndPassword,
  parts: SignInParts,
): Promise<SignInOutcome> {
  const { limiter, alarm } = parts;
  const { audit, browsers } = parts.factors;
  const name = foldUserName(userName.slice(0, LONGEST));
  const isKnown = await browsers.knows(visitor, name);
  const ofAccount: Counted = { limit: 'password-account', of: isKnown ? knownTries(name) : name };
  const ofNetwork: Counted = { limit: 'network', of: visitor.network };
  const wait = await limiter.take([ofNetwork, ofAccount]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const proved = await prove(userName, password, parts);
  if ('refused' in proved) {
    await alarm.wrong();
    await audit({ action: 'sign-in', account: proved.refused, isGood: false });
    return { kind: 'refused' };
  }
  await limiter.giveBack([ofNetwork]);
  await limiter.forget(ofAccount);
  const isDoubtful = !isKnown && (await alarm.isOn());
  const outcome = await admit(
    visitor,
    proved.stored,
    { amr: ['pwd'], ...(isDoubtful ? { second: 'required' } : {}) },
    parts.factors,
  );
  if (outcome.kind === 'signed-in') await browsers.remember(visitor, name);
  return outcome;
}

/** The account whose password it is; `refused` names the account that was meant, for the audit. */
async function prove(
  userName: string,
  password: string,
  { credentials, hashing, policy, factors }: SignInParts,
): Promise<{ stored: StoredCredential } | { refused: string }> {
  const stored = await credentials.byUserName(userName.slice(0, LONGEST));
  const isRight = await hashing.verify(stored?.credential.password, password.slice(0, LONGEST));
  const account = stored?.credential.account ?? '';
  const isInUse = stored !== undefined && (await factors.fhirUserOf(account)) !== undefined;
  const isAllowed = await policy.allowsOwn(kindOf(account));
  return isRight && isInUse && isAllowed ? { stored } : { refused: account };
}

/** By a credential of the account's own: one that nobody has used for too long asks for a new password. */
export async function admit(
  visitor: Visitor,
  stored: StoredCredential,
  first: FirstFactor,
  parts: FirstFactorParts,
): Promise<SignInProgress | { readonly kind: 'dormant' | 'refused' }> {
  if (await isDormant(stored.credential, parts)) return { kind: 'dormant' };
  try {
    return await proceed(visitor, stored, first, parts);
  } catch (error) {
    if (isConflict(error)) return { kind: 'refused' };
    throw error;
  }
}
