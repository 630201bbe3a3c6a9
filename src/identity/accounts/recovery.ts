/**
 * Forgotten passwords and user names. A request is queued as it came, and looked into afterwards: the answer, its time and its
 * traces are the same whether or not there is an account. A new password is chosen with a code from an e-mail; the second factor
 * is asked for as ever.
 */
import type { World } from '../../fhir/clock.js';
import { wonRace } from '../../fhir/fault.js';
import { newSecret } from '../../fhir/secret.js';
import type { DocumentChange, Records, Store } from '../../store/port.js';
import type { Facts } from '../../portal/identity.js';
import type { Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import { queuedRequest, type AccountRequest, type RequestPurpose } from './account-request.js';
import type { AccountSecurity } from './account-security.js';
import { kindOf, type AccountKind, type CredentialPolicy } from './credential-policy.js';
import { changedCredential, type CredentialReader } from './credential.js';
import type { OneTimeCodes } from './one-time-code.js';
import type { Hashing } from './password-hash.js';
import { faultOfPassword, type PasswordFault } from './password-rules.js';
import { factsOf, type StatedFacts } from './self-enrollment.js';
import { foldUserName } from './user-name.js';

export interface RecoveryParts extends Pick<World, 'clock' | 'ids' | 'random'> {
  readonly records: Pick<Records, 'write'>;
  readonly store: Pick<Store, 'commit'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly policy: Pick<CredentialPolicy, 'allowsOwn'>;
  readonly limiter: Limiter;
  readonly codes: Pick<OneTimeCodes, 'verify'>;
  readonly hashing: Hashing;
  readonly security: AccountSecurity;
  /** Words that others connect with the place. */
  readonly placeNames: () => Promise<readonly string[]>;
}

export type AskOutcome =
  /** `browser` goes with the form for the code. */
  | { readonly kind: 'asked'; readonly browser: string }
  /** Milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number };

/** Characters of what is typed that are looked at. */
const LONGEST = 254;

/** Takes a request of somebody who has forgotten the password or the user name. */
export function ask(
  visitor: Visitor,
  purpose: Exclude<RequestPurpose, 'self-enrollment' | 'link'>,
  typed: string,
  parts: RecoveryParts,
): Promise<AskOutcome> {
  return queue(visitor, { purpose, text: typed.trim().slice(0, LONGEST) }, parts);
}

/** Takes the facts of somebody who enrolls without an invitation; undefined where they are incomplete. */
export async function askEnrollment(
  visitor: Visitor,
  stated: StatedFacts,
  parts: RecoveryParts,
): Promise<AskOutcome | undefined> {
  const facts = factsOf(stated);
  return facts && queue(visitor, { purpose: 'self-enrollment', text: facts.email ?? '', facts }, parts);
}

/** What a provider says of somebody whose external identity signs in to no account yet. */
export interface Unlinked {
  /** A hash of issuer and subject. */
  readonly subject: string;
  readonly facts: Facts;
  readonly serves: readonly AccountKind[];
  /** The secret of the browser that has brought it. */
  readonly browser: string;
}

/** Takes the request of somebody whose external identity is to be linked. */
export const askLink = (
  visitor: Visitor,
  { subject, facts, serves, browser }: Unlinked,
  parts: RecoveryParts,
): Promise<AskOutcome> => queue(visitor, { purpose: 'link', text: subject, facts, serves }, parts, browser);

async function queue(
  visitor: Visitor,
  request: Omit<AccountRequest, 'browser'>,
  { limiter, records, ids, clock, random }: RecoveryParts,
  browser = newSecret(random),
): Promise<AskOutcome> {
  const { purpose, text } = request;
  const wait = await limiter.take([
    { limit: 'code-network', of: visitor.network },
    { limit: 'recovery-sent', of: `${purpose} ${foldUserName(text)}` },
  ]);
  if (wait !== undefined) return { kind: 'wait', wait };
  await records.write(queuedRequest(ids.next(), { ...request, browser }, clock.now()));
  return { kind: 'asked', browser };
}

export interface NewPassword {
  readonly browser: string;
  readonly code: string;
  readonly password: string;
}

export type ResetOutcome =
  | { readonly kind: 'done' }
  /** The code stays good. */
  | { readonly kind: 'choose'; readonly fault: PasswordFault }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly wait: number };

/** Chooses a new password by a code; everybody is signed out of the account. */
export async function resetPassword(
  visitor: Visitor,
  { browser, code, password }: NewPassword,
  parts: RecoveryParts,
): Promise<ResetOutcome> {
  const wait = await parts.limiter.take([{ limit: 'network', of: visitor.network }]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const proved = await parts.codes.verify('password', browser, code);
  const stored = proved && (await parts.credentials.of(proved.account));
  if (!proved || stored?.credential.userName === undefined) return { kind: 'wrong' };
  if (!(await parts.policy.allowsOwn(kindOf(proved.account)))) return { kind: 'wrong' };
  await parts.limiter.giveBack([{ limit: 'network', of: visitor.network }]);
  const known = [stored.credential.userName, ...(await parts.placeNames())];
  const fault = faultOfPassword(password, known);
  if (fault) return { kind: 'choose', fault };
  const changed = changedCredential(stored, {
    password: await parts.hashing.hash(password),
    changedAt: parts.clock.now(),
  });
  return (await isCommitted([proved.used, changed], proved.account, parts)) ? { kind: 'done' } : { kind: 'wrong' };
}

async function isCommitted(
  changes: readonly DocumentChange[],
  account: string,
  { security, store, credentials }: RecoveryParts,
): Promise<boolean> {
  const address = (await credentials.of(account))?.credential.address;
  const ending = await security.signedOut(account);
  const told = security.told({ event: 'password-changed', account, address });
  return wonRace(store.commit({ documents: [...changes, ...ending, ...told] }));
}
