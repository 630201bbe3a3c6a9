/**
 * The second factor of a sign-in: a code by e-mail or text message, an authenticator app, or a recovery code. The organization
 * decides whether members may have one, choose, or need one; staff always need one.
 */
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { isConflict } from '../../fhir/fault.js';
import type { Effect } from '../../portal/effect.js';
import type { DocumentChange, Store } from '../../store/port.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { PendingSignIn, PendingSignIns } from '../sessions/pending-sign-in.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountAudit } from './account-audit.js';
import { codeNotice } from './account-notice.js';
import {
  changedCredential,
  type Credential,
  type CredentialReader,
  type FactorKind,
  type StoredCredential,
} from './credential.js';
import type { AuthenticatorApps } from './authenticator-app.js';
import { withoutCode } from './recovery-code.js';
import type { OneTimeCodes } from './one-time-code.js';

export type FactorRule = 'off' | 'optional' | 'required';

export interface SecondFactorParts {
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly pending: PendingSignIns;
  readonly codes: OneTimeCodes;
  readonly apps: Pick<AuthenticatorApps, 'stepOf'>;
  readonly limiter: Limiter;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly store: Pick<Store, 'commit'>;
  readonly outbox: (effect: Effect) => DocumentChange[];
  readonly audit: AccountAudit;
  readonly clock: Clock;
  readonly fhirUserOf: (account: string) => Promise<string | undefined>;
  readonly settings: () => Promise<{ readonly 'second-factor': string; readonly 'dormant-days': number }>;
}

/** Which second factor a sign-in asks for; undefined: none. */
export async function factorAsked(
  { account, factor }: Credential,
  settings: () => Promise<{ readonly 'second-factor': string }>,
): Promise<FactorKind | undefined> {
  if (account.startsWith('Practitioner/')) return factor ?? 'code';
  const rule = (await settings())['second-factor'] as FactorRule;
  if (rule === 'off') return undefined;
  return factor ?? (rule === 'required' ? 'code' : undefined);
}

/** `cookies` are Set-Cookie fields, `wait` milliseconds. */
export type FactorOutcome =
  | { readonly kind: 'signed-in'; readonly cookies: readonly string[] }
  | { readonly kind: 'wrong' }
  /** There is no sign-in under way in this browser any more. */
  | { readonly kind: 'over' }
  | { readonly kind: 'wait'; readonly wait: number };

/** `app`: codes come from an app, and none is sent. */
export type SendOutcome = { readonly kind: 'sent' | 'app' } | Extract<FactorOutcome, { kind: 'over' | 'wait' }>;

const CODES_SENT = 'code-sent';

/** The changes that send a code to the person who signs in; a number: milliseconds to wait for one. */
export async function codeFor(
  { credential }: StoredCredential,
  browser: string,
  { codes, limiter, outbox }: Pick<SecondFactorParts, 'codes' | 'limiter' | 'outbox'>,
): Promise<DocumentChange[] | number> {
  const { account, address } = credential;
  const wait = await limiter.take([{ limit: CODES_SENT, of: account }]);
  if (wait !== undefined) return wait;
  const issued = codes.issue('second-factor', browser, { account });
  return [issued.change, ...outbox(codeNotice({ event: 'sign-in-code', account, address }, issued))];
}

/** Sends another code. */
export async function sendAnother(visitor: Visitor, parts: SecondFactorParts): Promise<SendOutcome> {
  const found = await underWay(visitor, parts);
  if (!found) return { kind: 'over' };
  if (found.stored.credential.factor === 'app') return { kind: 'app' };
  const changes = await codeFor(found.stored, found.pending.browser, parts);
  if (typeof changes === 'number') return { kind: 'wait', wait: changes };
  await parts.store.commit({ documents: changes });
  return { kind: 'sent' };
}

/** Signs in who has the password already and brings the second factor. */
export async function bringFactor(visitor: Visitor, code: string, parts: SecondFactorParts): Promise<FactorOutcome> {
  const found = await underWay(visitor, parts);
  if (!found) return { kind: 'over' };
  const { account } = found.pending;
  const counted: Counted[] = [{ limit: 'factor-account', of: account }];
  const wait = await parts.limiter.take(counted);
  if (wait !== undefined) return { kind: 'wait', wait };
  const proof = await proofOf(found, code, parts);
  if (!proof) {
    await parts.audit({ action: 'sign-in', account, isGood: false });
    return { kind: 'wrong' };
  }
  await parts.limiter.forget({ limit: 'factor-account', of: account });
  await parts.limiter.forget({ limit: CODES_SENT, of: account });
  return open(visitor, found, proof, parts);
}

/** What is committed with a sign-in, so that its second factor counts once. */
interface FactorProof {
  readonly used: readonly DocumentChange[];
  readonly changes: Partial<Omit<Credential, 'account' | 'userName'>>;
}

/** A code that was sent; or, where there is an app, one of its codes or a recovery code. */
async function proofOf(
  { pending: { browser, account }, stored: { credential } }: UnderWay,
  code: string,
  { codes, apps }: SecondFactorParts,
): Promise<FactorProof | undefined> {
  const { factor, app, recoveryCodes = [] } = credential;
  if (factor !== 'app' || !app) {
    const proved = await codes.verify('second-factor', browser, code);
    return proved?.account === account ? { used: [proved.used], changes: {} } : undefined;
  }
  const lastStep = await apps.stepOf(app.secret, code, app.lastStep);
  if (lastStep !== undefined) return { used: [], changes: { app: { ...app, lastStep } } };
  const left = withoutCode(recoveryCodes, code);
  return left && { used: [], changes: { recoveryCodes: left } };
}

interface UnderWay {
  readonly pending: PendingSignIn;
  readonly stored: StoredCredential;
}

async function underWay(
  visitor: Visitor,
  { pending, credentials, fhirUserOf }: SecondFactorParts,
): Promise<UnderWay | undefined> {
  const found = await pending.of(visitor);
  if (!found || (await fhirUserOf(found.account)) === undefined) return undefined;
  const stored = await credentials.of(found.account);
  return stored && { pending: found, stored };
}

async function open(
  visitor: Visitor,
  { pending, stored }: UnderWay,
  { used, changes: proved }: FactorProof,
  parts: SecondFactorParts,
): Promise<FactorOutcome> {
  const { account, amr, provedAt, browser } = pending;
  const ended = parts.pending.end(browser);
  const changes = [...used, ended.change, changedCredential(stored, { ...proved, signedInAt: parts.clock.now() })];
  try {
    const cookie = await parts.sessions.open(
      visitor,
      { account, amr: [...amr, 'otp', 'mfa'], ...defined({ provedAt }) },
      changes,
    );
    await parts.audit({ action: 'sign-in', account, isGood: true });
    return { kind: 'signed-in', cookies: [cookie, ended.cookie] };
  } catch (error) {
    if (isConflict(error)) return { kind: 'over' };
    throw error;
  }
}
