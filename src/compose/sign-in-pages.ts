/** What the pages of a sign-in do: password, passkey, second factor. */
import type { FirstFactorParts } from '../identity/accounts/first-factor.js';
import type { CredentialReader } from '../identity/accounts/credential.js';
import {
  keepFirstPasskey,
  lackingFactor,
  proposeFirstApp,
  proposeFirstPasskey,
  proveFirstApp,
  type FactorAtSignInParts,
} from '../identity/accounts/factor-at-sign-in.js';
import { bringFactor, factorUnderWay, sendAnother } from '../identity/accounts/second-factor.js';
import { signIn, type SignInParts } from '../identity/accounts/sign-in.js';
import type { Challenges } from '../identity/passkeys/challenges.js';
import type { RelyingParty } from '../identity/passkeys/relying-party.js';
import {
  askPasskey,
  askSecondPasskey,
  bringPasskey,
  bringSecondPasskey,
  type PasskeySignInParts,
} from '../identity/passkeys/sign-in.js';
import type { FactorSetUpPageParts } from '../pages/account/factor-set-up.js';
import type { SecondFactorPageParts } from '../pages/account/second-factor.js';
import type { SignInPageParts } from '../pages/account/sign-in.js';

export interface SignInPagesParts
  extends Pick<SignInParts, 'hashing' | 'policy'>, Pick<PasskeySignInParts, 'methods' | 'browserOf'> {
  readonly credentials: CredentialReader;
  readonly factors: FirstFactorParts;
  readonly apps: FactorAtSignInParts['apps'];
  readonly random: FactorAtSignInParts['random'];
  readonly security: FactorAtSignInParts['security'];
  readonly placeNames: FactorAtSignInParts['placeNames'];
  readonly alarm: SignInParts['alarm'];
  readonly challenges: Challenges;
  readonly relyingParty: RelyingParty | undefined;
}

type SignInPages = Omit<SignInPageParts, 'mayEnroll' | 'ways'> & SecondFactorPageParts & FactorSetUpPageParts;

export function signInPages(parts: SignInPagesParts): SignInPages {
  const { factors, relyingParty } = parts;
  const { limiter, clock, store } = factors;
  const passkeys: PasskeySignInParts = { ...parts, clock, store };
  const settingUp: FactorAtSignInParts = { ...factors, ...parts };
  const naming: SignInParts = {
    hashing: parts.hashing,
    policy: parts.policy,
    credentials: parts.credentials,
    limiter,
    factors,
    alarm: parts.alarm,
  };
  return {
    hasPasskeys: relyingParty !== undefined,
    signIn: (visitor, given) => signIn(visitor, given, naming),
    askPasskey: visitor => askPasskey(visitor, passkeys),
    bringPasskey: (visitor, answer) => bringPasskey(visitor, answer, passkeys),
    bringFactor: (visitor, code) => bringFactor(visitor, code, factors),
    sendAnother: visitor => sendAnother(visitor, factors),
    factorUnderWay: visitor => factorUnderWay(visitor, factors),
    askSecondPasskey: visitor => askSecondPasskey(visitor, passkeys),
    bringSecondPasskey: (visitor, answer) => bringSecondPasskey(visitor, answer, passkeys),
    lacksFactor: async visitor => (await lackingFactor(visitor, settingUp)) !== undefined,
    proposeFirstApp: visitor => proposeFirstApp(visitor, settingUp),
    proveFirstApp: (visitor, code) => proveFirstApp(visitor, code, settingUp),
    proposeFirstPasskey: visitor => proposeFirstPasskey(visitor, settingUp),
    keepFirstPasskey: (visitor, answer) => keepFirstPasskey(visitor, answer, settingUp),
  };
}
