/**
 * Sign-in by a passkey: in place of user name and password, where the authenticator has made sure who holds it, and counts as
 * both factors then; or after the password, as the second.
 */
import { kindOf, type CredentialPolicy } from '../accounts/credential-policy.js';
import type { FirstFactorParts } from '../accounts/first-factor.js';
import { openWith, underWay, type FactorOutcome, type UnderWay } from '../accounts/second-factor.js';
import { admit, type SignInOutcome } from '../accounts/sign-in.js';
import type { SignInMethods } from '../accounts/sign-in-method.js';
import { foldUserName } from '../accounts/user-name.js';
import type { Counted } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { WithHeaders } from '../sessions/cookies.js';
import { authenticationOptions, type CeremonyOptions } from './authenticators.js';
import type { Ceremony } from './challenges.js';
import { provePasskey, type PasskeyProofParts } from './proof.js';

export interface PasskeySignInParts extends PasskeyProofParts {
  readonly methods: SignInMethods;
  readonly policy: Pick<CredentialPolicy, 'allowsOwn'>;
  readonly factors: FirstFactorParts;
  /** A secret of the browser that forms of pages are sent from. */
  readonly browserOf: (request: WithHeaders) => string | undefined;
}

/** `unavailable`: browsers have no passkeys for this server's address. `over`: the sign-in begins anew. `wait` are milliseconds. */
export type Asking =
  | { readonly kind: 'asked'; readonly options: CeremonyOptions }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'over' }
  | { readonly kind: 'wait'; readonly wait: number };

const ofNetwork = ({ network }: Visitor): Counted[] => [{ limit: 'network', of: network }];

/** Asks for any passkey of this server. */
export async function askPasskey(visitor: Visitor, parts: PasskeySignInParts): Promise<Asking> {
  const { relyingParty, factors, challenges, store } = parts;
  const browser = parts.browserOf(visitor);
  if (!relyingParty) return { kind: 'unavailable' };
  if (browser === undefined) return { kind: 'over' };
  const wait = await factors.limiter.take(ofNetwork(visitor));
  if (wait !== undefined) return { kind: 'wait', wait };
  const { challenge, change } = challenges.issue({ purpose: 'sign-in', browser });
  await store.commit({ documents: [change] });
  return { kind: 'asked', options: await authenticationOptions([], 'required', challenge, relyingParty) };
}

/** Signs in whose passkey it is. @param answer of the authenticator, as JSON */
export async function bringPasskey(
  visitor: Visitor,
  answer: string,
  parts: PasskeySignInParts,
): Promise<SignInOutcome> {
  const { factors, credentials, policy } = parts;
  const browser = parts.browserOf(visitor) ?? '';
  const proof = await provePasskey({ purpose: 'sign-in', browser, mustVerify: true }, answer, parts);
  const account = 'refused' in proof ? proof.refused : proof.account;
  const stored = await credentials.of(account);
  const isInUse = stored !== undefined && (await factors.fhirUserOf(account)) !== undefined;
  if ('refused' in proof || !isInUse || !(await policy.allowsOwn(kindOf(account)))) {
    await factors.audit({ action: 'sign-in', account, isGood: false });
    return { kind: 'refused' };
  }
  await factors.limiter.giveBack(ofNetwork(visitor));
  const first = { amr: ['pop', 'user', 'mfa'], second: 'proved', used: [proof.used] } as const;
  const outcome = await admit(visitor, stored, first, factors);
  const { userName } = stored.credential;
  if (outcome.kind === 'signed-in' && userName !== undefined)
    await factors.browsers.remember(visitor, foldUserName(userName));
  return outcome;
}

const ceremonyOf = ({ pending: { browser } }: UnderWay): Ceremony => ({ purpose: 'second-factor', browser });

/** Asks for a passkey of the account whose password was right. */
export async function askSecondPasskey(visitor: Visitor, parts: PasskeySignInParts): Promise<Asking> {
  const { relyingParty, methods, challenges, store } = parts;
  if (!relyingParty) return { kind: 'unavailable' };
  const found = await underWay(visitor, parts.factors);
  if (!found) return { kind: 'over' };
  const known = (await methods.of(found.pending.account)).flatMap(({ method }) =>
    method.kind === 'passkey' && method.isCopied !== true ? [method] : [],
  );
  if (known.length === 0) return { kind: 'unavailable' };
  const { challenge, change } = challenges.issue(ceremonyOf(found));
  await store.commit({ documents: [change] });
  return { kind: 'asked', options: await authenticationOptions(known, 'preferred', challenge, relyingParty) };
}

/** Signs in who has the password already and brings a passkey of the account. */
export async function bringSecondPasskey(
  visitor: Visitor,
  answer: string,
  parts: PasskeySignInParts,
): Promise<FactorOutcome> {
  const { factors } = parts;
  const found = await underWay(visitor, factors);
  if (!found) return { kind: 'over' };
  const { account } = found.pending;
  const proof = await provePasskey({ ...ceremonyOf(found), mustVerify: false }, answer, parts);
  if ('refused' in proof || proof.account !== account) {
    await factors.audit({ action: 'sign-in', account, isGood: false });
    return { kind: 'wrong' };
  }
  return openWith(visitor, found, { used: [proof.used], changes: {}, amr: 'pop' }, factors);
}
