/** A passkey shows itself: whose it is, and what is committed with what it allows. */
import type { DocumentChange, Store } from '../../store/port.js';
import { unlessConflict } from '../../fhir/fault.js';
import type { AccountSecurity } from '../accounts/account-security.js';
import type { Clock } from '../../fhir/clock.js';
import type { CredentialReader } from '../accounts/credential.js';
import { changedMethod, type Passkey, type SignInMethods, type StoredMethod } from '../accounts/sign-in-method.js';
import { signedCounter } from './authenticators.js';
import type { Ceremony, Challenges } from './challenges.js';
import type { RelyingParty } from './relying-party.js';

export interface PasskeyProofParts {
  readonly clock: Clock;
  readonly methods: Pick<SignInMethods, 'by'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly challenges: Challenges;
  readonly relyingParty: RelyingParty | undefined;
  readonly security: Pick<AccountSecurity, 'told'>;
  readonly store: Pick<Store, 'commit'>;
}

export interface PasskeyProof {
  /** `Person/1` */
  readonly account: string;
  /** Counts the use: exactly one of several commits has it. */
  readonly used: DocumentChange;
}

/** `account`: whose passkey was meant, for the audit; '' for nobody's. */
export interface NoProof {
  readonly refused: string;
}

/**
 * Whether the answer is that of a passkey to the ceremony's challenge, which is gone with it.
 * @param text the answer of `navigator.credentials`, as JSON
 */
export async function provePasskey(
  ceremony: Ceremony & { readonly mustVerify: boolean },
  text: string,
  parts: PasskeyProofParts,
): Promise<PasskeyProof | NoProof> {
  const { relyingParty, methods, challenges, clock } = parts;
  const challenge = await challenges.take(ceremony);
  const answer = answerOf(text);
  const stored = answer && (await methods.by({ kind: 'passkey', credential: answer.id }));
  if (!relyingParty || challenge === undefined || !stored) return { refused: '' };
  const { account, counter: before } = stored.method;
  if (!(await isOwner(answer, account, ceremony.purpose === 'sign-in', parts))) return { refused: account };
  const { mustVerify } = ceremony;
  const counter = await signedCounter(answer, stored.method, { challenge, mustVerify }, relyingParty);
  if (counter === undefined || stored.method.isCopied === true) return { refused: account };
  if (isBackwards(before, counter)) {
    await block(stored, parts);
    return { refused: account };
  }
  return { account, used: changedMethod(stored, { counter, usedAt: clock.now() }) };
}

/** https://www.w3.org/TR/webauthn-3/#sctn-sign-counter */
const isBackwards = (before: number, counter: number): boolean => (before > 0 || counter > 0) && counter <= before;

export interface Answer {
  readonly id: string;
  readonly response?: { readonly userHandle?: unknown };
}

/** An answer as an object with an id; undefined for any other text. */
export function answerOf(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<Answer> | null;
    return typeof answer?.id === 'string' ? (answer as Answer) : undefined;
  } catch {
    return undefined;
  }
}

/** An authenticator that was asked for no account in particular says whose passkey it is, and must say so. */
async function isOwner(
  { response }: Answer,
  account: string,
  mustSay: boolean,
  { credentials }: PasskeyProofParts,
): Promise<boolean> {
  const said = response?.userHandle ?? undefined;
  if (said === undefined) return !mustSay;
  return said === (await credentials.of(account))?.credential.userHandle;
}

/** Of two that sign with one key, one is a copy: the passkey opens nothing any more, and its person is told. */
async function block(stored: StoredMethod<Passkey>, parts: PasskeyProofParts): Promise<void> {
  const { account } = stored.method;
  const address = (await parts.credentials.of(account))?.credential.address;
  const told = parts.security.told({ event: 'passkey-blocked', account, address });
  await parts.store.commit({ documents: [changedMethod(stored, { isCopied: true }), ...told] }).catch(unlessConflict);
}
