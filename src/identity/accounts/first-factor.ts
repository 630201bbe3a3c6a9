/** From the first factor of a sign-in to a session, or to the question for the second. */
import { defined } from '../../fhir/defined.js';
import type { Visitor } from '../limits/visitor.js';
import type { SessionValue } from '../sessions/session.js';
import { changedCredential, type Credential, type StoredCredential } from './credential.js';
import { codeFor, factorAsked, type SecondFactorParts } from './second-factor.js';

/** `cookie` is the Set-Cookie field of the answer; of `second-factor` it opens the page for it alone. */
export interface SignInProgress {
  readonly kind: 'signed-in' | 'second-factor';
  readonly cookie: string;
}

/** What somebody has proved so far. */
export interface FirstFactor extends Pick<SessionValue, 'amr' | 'provedAt'> {
  /** Whether a second factor is among it, is asked for by the account's own rule, or is asked for in any case. */
  readonly second?: 'proved' | 'required';
}

/** Signs an account in whose first factor is proved, or asks for the second. */
export async function proceed(
  visitor: Visitor,
  stored: StoredCredential,
  first: FirstFactor,
  parts: SecondFactorParts,
): Promise<SignInProgress> {
  const asked = first.second !== 'proved' && (await factorAsked(stored.credential, parts.settings)) !== undefined;
  return asked || first.second === 'required'
    ? beginSecondFactor(stored, first, parts)
    : open(visitor, stored, first, parts);
}

async function open(
  visitor: Visitor,
  stored: StoredCredential,
  { amr, provedAt }: FirstFactor,
  parts: SecondFactorParts,
): Promise<SignInProgress> {
  const { account } = stored.credential;
  const seen = changedCredential(stored, { signedInAt: parts.clock.now() });
  const cookie = await parts.sessions.open(visitor, { account, amr, ...defined({ provedAt }) }, [seen]);
  await parts.audit({ action: 'sign-in', account, isGood: true });
  return { kind: 'signed-in', cookie };
}

/** Milliseconds. */
const DAY = 24 * 3600_000;

/** Whether nobody has signed in for as long as the organization allows. */
export async function isDormant(
  { signedInAt = 0, changedAt }: Credential,
  { settings, clock }: SecondFactorParts,
): Promise<boolean> {
  const days = (await settings())['dormant-days'];
  return days > 0 && clock.now() - Math.max(signedInAt, changedAt) >= days * DAY;
}

/** A code is sent, where not too many were sent before. */
async function beginSecondFactor(
  stored: StoredCredential,
  { amr, provedAt }: FirstFactor,
  parts: SecondFactorParts,
): Promise<SignInProgress> {
  const { account } = stored.credential;
  const { change, browser, cookie } = parts.pending.begin({ account, amr, ...defined({ provedAt }) });
  const code = stored.credential.factor === 'app' ? [] : await codeFor(stored, browser, parts);
  await parts.store.commit({ documents: [change, ...(typeof code === 'number' ? [] : code)] });
  return { kind: 'second-factor', cookie };
}
