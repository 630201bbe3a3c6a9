/**
 * The second proof of somebody whose external identity signs in to no account yet: a sign-in of their own, made after it, or a
 * code that went to the contact on record. Until then it is nobody's.
 */
import type { CredentialReader } from '../accounts/credential.js';
import type { FirstFactorParts, SignInProgress } from '../accounts/first-factor.js';
import type { OneTimeCodes } from '../accounts/one-time-code.js';
import type { AskOutcome, Unlinked } from '../accounts/recovery.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { SignedIn } from '../sessions/session.js';
import type { Sessions } from '../sessions/sessions.js';
import { signInLinked } from './arrival.js';
import { link, type Linked, type LinkingParts } from './linking.js';
import type { Providers } from './providers.js';
import type { UnlinkedIdentities, UnlinkedIdentity } from './unlinked-identity.js';

export interface OwnerProofParts extends LinkingParts {
  readonly providers: Providers;
  readonly unlinked: UnlinkedIdentities;
  readonly sessions: Pick<Sessions, 'current'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly codes: Pick<OneTimeCodes, 'verify'>;
  readonly limiter: Pick<Limiter, 'take' | 'giveBack'>;
  readonly factors: FirstFactorParts;
  readonly askLink: (visitor: Visitor, unlinked: Unlinked) => Promise<AskOutcome>;
}

/** The identity that a browser has brought; undefined: none, or too long ago. */
export async function broughtBy(
  visitor: Visitor,
  { unlinked }: Pick<OwnerProofParts, 'unlinked'>,
): Promise<UnlinkedIdentity | undefined> {
  return (await unlinked.of(visitor))?.value;
}

/** Who has signed in since the browser brought the identity. */
export async function ownerOf(
  visitor: Visitor,
  { at }: UnlinkedIdentity,
  { sessions }: Pick<OwnerProofParts, 'sessions'>,
): Promise<SignedIn | undefined> {
  const signedIn = await sessions.current(visitor);
  return signedIn && signedIn.provedAt >= at ? signedIn : undefined;
}

/** `over`: there is nothing to link any more. `cookie` is the Set-Cookie field that forgets the identity. */
export type Connected =
  | { readonly kind: 'over' }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'linked'; readonly how: Linked; readonly cookie: string; readonly back: string | undefined };

/** Links the identity to the account that was signed in to since. */
export async function connect(visitor: Visitor, parts: OwnerProofParts): Promise<Connected> {
  const kept = await parts.unlinked.of(visitor);
  if (!kept) return { kind: 'over' };
  const owner = await ownerOf(visitor, kept.value, parts);
  if (!owner) return { kind: 'sign-in' };
  const how = await link(owner.account, kept.value.person.identity, [kept.end], parts);
  return { kind: 'linked', how, cookie: parts.unlinked.forget(), back: kept.value.back };
}

/** Asks for a code, or for the way in. The answer, its time and its traces are the same whoever it is. */
export async function askCode(visitor: Visitor, parts: OwnerProofParts): Promise<AskOutcome | { kind: 'over' }> {
  const kept = await parts.unlinked.of(visitor);
  if (!kept) return { kind: 'over' };
  const { identity, facts } = kept.value.person;
  const serves = parts.providers.get(identity.provider)?.config.serves ?? [];
  return parts.askLink(visitor, { subject: identity.subject, facts, serves, browser: kept.secret });
}

export type CodeOutcome =
  | { readonly kind: 'over' | 'wrong' }
  /** Milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number }
  | { readonly kind: 'refused'; readonly how: Exclude<Linked, 'done'> }
  | (SignInProgress & { readonly forget: string; readonly back: string | undefined });

/** Links the identity to the account whose code it is, and signs in. */
export async function bringCode(visitor: Visitor, code: string, parts: OwnerProofParts): Promise<CodeOutcome> {
  const kept = await parts.unlinked.of(visitor);
  if (!kept) return { kind: 'over' };
  const counted: Counted[] = [{ limit: 'network', of: visitor.network }];
  const wait = await parts.limiter.take(counted);
  if (wait !== undefined) return { kind: 'wait', wait };
  const proved = await parts.codes.verify('link', kept.secret, code);
  const isInUse = proved !== undefined && (await parts.factors.fhirUserOf(proved.account)) !== undefined;
  if (!isInUse) return { kind: 'wrong' };
  await parts.limiter.giveBack(counted);
  const { person, back } = kept.value;
  const how = await link(proved.account, person.identity, [proved.used, kept.end], parts);
  if (how !== 'done') return { kind: 'refused', how };
  const stored = await parts.credentials.of(proved.account);
  if (!stored) return { kind: 'over' };
  return { ...(await signInLinked(visitor, person, stored, parts)), forget: parts.unlinked.forget(), back };
}
