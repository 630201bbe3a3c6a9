/** Sign-in by user name and password. Unknown names, wrong passwords and closed accounts are one answer, in the same time. */
import type { DocumentChange } from '../../store/port.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import { changedCredential, type Credential, type CredentialReader, type StoredCredential } from './credential.js';
import type { Hashing } from './password-hash.js';
import { codeFor, factorAsked, type SecondFactorParts } from './second-factor.js';
import { foldUserName } from './user-name.js';

export interface SignInParts {
  readonly credentials: Pick<CredentialReader, 'byUserName'>;
  readonly hashing: Hashing;
  readonly limiter: Limiter;
  readonly factors: SecondFactorParts;
}

/** `cookie` is the Set-Cookie field of the answer; `wait` are milliseconds. */
export type SignInOutcome =
  | { readonly kind: 'signed-in'; readonly cookie: string }
  /** The second factor is to come. */
  | { readonly kind: 'second-factor'; readonly cookie: string }
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
  const { limiter } = parts;
  const { audit } = parts.factors;
  const ofAccount: Counted = { limit: 'password-account', of: foldUserName(userName.slice(0, LONGEST)) };
  const ofNetwork: Counted = { limit: 'network', of: visitor.network };
  const wait = await limiter.take([ofNetwork, ofAccount]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const proved = await prove(userName, password, parts);
  if ('refused' in proved) {
    await audit({ action: 'sign-in', account: proved.refused, isGood: false });
    return { kind: 'refused' };
  }
  await limiter.giveBack([ofNetwork]);
  await limiter.forget(ofAccount);
  if (await isDormant(proved.stored.credential, parts.factors)) return { kind: 'dormant' };
  return (await factorAsked(proved.stored.credential, parts.factors.settings))
    ? beginSecondFactor(proved.stored, parts.factors)
    : open(visitor, proved.stored, parts.factors);
}

/** The account whose password it is; `refused` names the account that was meant, for the audit. */
async function prove(
  userName: string,
  password: string,
  { credentials, hashing, factors }: SignInParts,
): Promise<{ stored: StoredCredential } | { refused: string }> {
  const stored = await credentials.byUserName(userName.slice(0, LONGEST));
  const isRight = await hashing.verify(stored?.credential.password, password.slice(0, LONGEST));
  const account = stored?.credential.account ?? '';
  const isInUse = stored !== undefined && (await factors.fhirUserOf(account)) !== undefined;
  return isRight && isInUse ? { stored } : { refused: account };
}

async function open(visitor: Visitor, stored: StoredCredential, parts: SecondFactorParts): Promise<SignInOutcome> {
  const { account } = stored.credential;
  const seen: DocumentChange = changedCredential(stored, { signedInAt: parts.clock.now() });
  const cookie = await parts.sessions.open(visitor, { account, amr: ['pwd'] }, [seen]);
  await parts.audit({ action: 'sign-in', account, isGood: true });
  return { kind: 'signed-in', cookie };
}

/** Milliseconds. */
const DAY = 24 * 3600_000;

async function isDormant(
  { signedInAt = 0, changedAt }: Credential,
  { settings, clock }: SecondFactorParts,
): Promise<boolean> {
  const days = (await settings())['dormant-days'];
  return days > 0 && clock.now() - Math.max(signedInAt, changedAt) >= days * DAY;
}

/** The password was right; a code is sent, where not too many were sent before. */
async function beginSecondFactor(stored: StoredCredential, parts: SecondFactorParts): Promise<SignInOutcome> {
  const { account } = stored.credential;
  const { change, browser, cookie } = parts.pending.begin({ account, amr: ['pwd'] });
  const code = stored.credential.factor === 'app' ? [] : await codeFor(stored, browser, parts);
  await parts.store.commit({ documents: [change, ...(typeof code === 'number' ? [] : code)] });
  return { kind: 'second-factor', cookie };
}
