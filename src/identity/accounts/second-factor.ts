/** The second factor of a sign-in: a code by e-mail or text message, one of an authenticator app, or a recovery code. */
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { isConflict } from '../../fhir/fault.js';
import type { Effect } from '../../portal/effect.js';
import type { DocumentChange, Store } from '../../store/port.js';
import type { KnownBrowsers } from '../limits/known-browsers.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { PendingSignIn, PendingSignIns } from '../sessions/pending-sign-in.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountAudit } from './account-audit.js';
import { codeNotice } from './account-notice.js';
import { changedCredential, type Credential, type CredentialReader, type StoredCredential } from './credential.js';
import { factorDue, hasPasskey, type FactorAsked, type FactorRuleParts } from './factor-rule.js';
import type { AuthenticatorApps } from './authenticator-app.js';
import { withoutCode } from './recovery-code.js';
import { foldUserName } from './user-name.js';
import type { OneTimeCodes } from './one-time-code.js';

export interface SecondFactorParts extends FactorRuleParts {
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly pending: PendingSignIns;
  readonly codes: OneTimeCodes;
  readonly apps: Pick<AuthenticatorApps, 'stepOf'>;
  readonly limiter: Limiter;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly browsers: KnownBrowsers;
  readonly store: Pick<Store, 'commit'>;
  readonly outbox: (effect: Effect) => DocumentChange[];
  readonly audit: AccountAudit;
  readonly clock: Clock;
  readonly fhirUserOf: (account: string) => Promise<string | undefined>;
}

/** `cookies` are Set-Cookie fields, `wait` milliseconds. */
export type FactorOutcome =
  | { readonly kind: 'signed-in'; readonly cookies: readonly string[] }
  | { readonly kind: 'wrong' }
  /** There is no sign-in under way in this browser any more. */
  | { readonly kind: 'over' }
  | { readonly kind: 'wait'; readonly wait: number };

/** `none`: what is asked for is no code that is sent. */
export type SendOutcome = { readonly kind: 'sent' | 'none' } | Extract<FactorOutcome, { kind: 'over' | 'wait' }>;

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
  if ((await factorDue(found.stored.credential, parts)) !== 'code') return { kind: 'none' };
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
  return openWith(visitor, found, proof, parts);
}

/** What is committed with a sign-in, so that its second factor counts once. */
export interface FactorProof {
  readonly used: readonly DocumentChange[];
  readonly changes: Partial<Omit<Credential, 'account' | 'userName'>>;
  /** https://www.rfc-editor.org/rfc/rfc8176 */
  readonly amr: 'otp' | 'pop';
}

/** A code that was sent; or one of the app; or a recovery code in the place of app or passkey. */
async function proofOf(
  { pending: { browser, account }, stored: { credential } }: UnderWay,
  code: string,
  { codes, apps }: SecondFactorParts,
): Promise<FactorProof | undefined> {
  const { factor, app, recoveryCodes = [] } = credential;
  if (factor === undefined || factor === 'code') {
    const proved = await codes.verify('second-factor', browser, code);
    return proved?.account === account ? { used: [proved.used], changes: {}, amr: 'otp' } : undefined;
  }
  const lastStep = factor === 'app' && app ? await apps.stepOf(app.secret, code, app.lastStep) : undefined;
  if (app && lastStep !== undefined) return { used: [], changes: { app: { ...app, lastStep } }, amr: 'otp' };
  const left = withoutCode(recoveryCodes, code);
  return left && { used: [], changes: { recoveryCodes: left }, amr: 'otp' };
}

/** A sign-in whose password was right. */
export interface UnderWay {
  readonly pending: PendingSignIn;
  readonly stored: StoredCredential;
}

/** The sign-in of this browser, if it is under way still. */
export async function underWay(
  visitor: Visitor,
  { pending, credentials, fhirUserOf }: Pick<SecondFactorParts, 'pending' | 'credentials' | 'fhirUserOf'>,
): Promise<UnderWay | undefined> {
  const found = await pending.of(visitor);
  if (!found || (await fhirUserOf(found.account)) === undefined) return undefined;
  const stored = await credentials.of(found.account);
  return stored && { pending: found, stored };
}

/** What the sign-in of this browser asks for; undefined: none is under way. */
export async function factorUnderWay(
  visitor: Visitor,
  parts: SecondFactorParts,
): Promise<{ readonly asked: FactorAsked; readonly hasPasskey: boolean } | undefined> {
  const found = await underWay(visitor, parts);
  if (!found) return undefined;
  const due = await factorDue(found.stored.credential, parts);
  const asked = due === 'set-up' && found.pending.isDoubtful === true ? 'code' : due;
  return { asked, hasPasskey: await hasPasskey(found.pending.account, parts) };
}

/** The sign-in is whole: its end, the use of the factor and the session are one commit. */
export async function openWith(
  visitor: Visitor,
  { pending, stored }: UnderWay,
  { used, changes: proved, amr: how }: FactorProof,
  parts: Pick<SecondFactorParts, 'pending' | 'clock' | 'sessions' | 'audit' | 'browsers'>,
): Promise<Extract<FactorOutcome, { kind: 'signed-in' | 'over' }>> {
  const { account, amr, provedAt, browser } = pending;
  const { userName } = stored.credential;
  const ended = parts.pending.end(browser);
  const changes = [...used, ended.change, changedCredential(stored, { ...proved, signedInAt: parts.clock.now() })];
  const who = { account, amr: [...amr, how, 'mfa'], ...defined({ provedAt }) };
  try {
    const cookie = await parts.sessions.open(visitor, who, changes);
    if (userName !== undefined) await parts.browsers.remember(visitor, foldUserName(userName));
    await parts.audit({ action: 'sign-in', account, isGood: true });
    return { kind: 'signed-in', cookies: [cookie, ended.cookie] };
  } catch (error) {
    if (isConflict(error)) return { kind: 'over' };
    throw error;
  }
}
