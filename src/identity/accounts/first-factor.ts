/** From the first factor of a sign-in to a session, or to the question for the second. */
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../fhir/defined.js';
import { isConflict } from '../../fhir/fault.js';
import type { DocumentChange } from '../../store/port.js';
import type { Visitor } from '../limits/visitor.js';
import type { SessionValue } from '../sessions/session.js';
import { changedCredential, type Credential, type StoredCredential } from './credential.js';
import { factorAsked, factorDue, type FactorAsked } from './factor-rule.js';
import { codeFor, type SecondFactorParts } from './second-factor.js';

export interface FirstFactorParts extends SecondFactorParts {
  readonly dormantDays: () => Promise<number>;
}

/** `cookie` is the Set-Cookie field of the answer; of `second-factor` it opens the pages for it alone. */
export interface SignInProgress {
  readonly kind: 'signed-in' | 'second-factor';
  readonly cookie: string;
}

/** What somebody has proved so far. */
export interface FirstFactor extends Pick<SessionValue, 'amr' | 'provedAt'> {
  /** Whether a second factor is among it, is asked for by the account's own rule, or is asked for in any case. */
  readonly second?: 'proved' | 'required';
  /** Committed with what the proof allows. */
  readonly used?: readonly DocumentChange[];
}

/**
 * Signs an account in whose first factor is proved, or asks for the second. Fault `conflict` where what was proved was changed or
 * used up at the same moment.
 */
export async function proceed(
  visitor: Visitor,
  stored: StoredCredential,
  first: FirstFactor,
  parts: FirstFactorParts,
): Promise<SignInProgress> {
  if (first.second === 'proved') return open(visitor, stored, first, parts);
  const asks = first.second === 'required' ? factorDue : factorAsked;
  const asked = await asks(stored.credential, parts);
  return asked ? beginSecondFactor(stored, first, asked, parts) : open(visitor, stored, first, parts);
}

/** Tries to sign in, where the account is signed in to elsewhere at the same moment. */
const RACES = 5;

async function open(
  visitor: Visitor,
  stored: StoredCredential,
  first: FirstFactor,
  parts: FirstFactorParts,
  races = RACES,
): Promise<SignInProgress> {
  const { account } = stored.credential;
  const { amr, provedAt, used = [] } = first;
  const seen = changedCredential(stored, { signedInAt: parts.clock.now() });
  try {
    const who = { account, amr, ...defined({ provedAt }) };
    const cookie = await parts.sessions.open(visitor, who, [...used, seen]);
    await parts.audit({ action: 'sign-in', account, isGood: true });
    return { kind: 'signed-in', cookie };
  } catch (error) {
    const now = isConflict(error) && races > 0 ? await parts.credentials.of(account) : undefined;
    if (!now || now.version === stored.version || !isSame(now, stored)) throw error;
    return open(visitor, now, first, parts, races - 1);
  }
}

/** Nothing has changed but the time of the last sign-in: what was proved is proved still. */
const isSame = ({ credential: one }: StoredCredential, { credential: other }: StoredCredential): boolean =>
  isDeepStrictEqual({ ...one, signedInAt: 0 }, { ...other, signedInAt: 0 });

/** Milliseconds. */
const DAY = 24 * 3600_000;

/** Whether nobody has signed in for as long as the organization allows. */
export async function isDormant(
  { signedInAt = 0, changedAt }: Credential,
  { dormantDays, clock }: Pick<FirstFactorParts, 'dormantDays' | 'clock'>,
): Promise<boolean> {
  const days = await dormantDays();
  return days > 0 && clock.now() - Math.max(signedInAt, changedAt) >= days * DAY;
}

/** A code is sent where one is asked for, and not too many were sent before. */
async function beginSecondFactor(
  stored: StoredCredential,
  { amr, provedAt, second, used = [] }: FirstFactor,
  asked: FactorAsked,
  parts: FirstFactorParts,
): Promise<SignInProgress> {
  const { account } = stored.credential;
  const { change, browser, cookie } = parts.pending.begin({
    account,
    amr,
    isDoubtful: second === 'required',
    ...defined({ provedAt }),
  });
  const code = asked === 'code' ? await codeFor(stored, browser, parts) : [];
  await parts.store.commit({ documents: [...used, change, ...(typeof code === 'number' ? [] : code)] });
  return { kind: 'second-factor', cookie };
}
