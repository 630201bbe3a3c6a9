/** What a person who is signed in changes about their second factor, and their passkeys. */
import { browserName } from '../sessions/browser-name.js';
import type { SignedIn } from '../sessions/session.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Visitor } from '../limits/visitor.js';
import type { DocumentChange } from '../../store/port.js';
import {
  madePasskey,
  passkeyName,
  proposePasskey,
  type MadePasskey,
  type PasskeyProposal,
  type PasskeySetupParts,
} from '../passkeys/setup.js';
import type { AccountAudit } from './account-audit.js';
import type { AccountSecurity } from './account-security.js';
import { proposeApp, proveApp, type AppRefusal, type AppSetupParts, type ProposedApp } from './app-setup.js';
import { kindOf } from './credential-policy.js';
import { confirm, unlessRaced, type Confirmed, type ConfirmParts, type SettingRefusal } from './confirm.js';
import { changedCredential, NO_FACTOR, type Credential, type FactorKind, type StoredCredential } from './credential.js';
import {
  factorAsked,
  hasPasskey,
  mayHaveFactor,
  mustHaveFactor,
  type FactorAsked,
  type FactorRuleParts,
} from './factor-rule.js';
import { hashesOf, newRecoveryCodes } from './recovery-code.js';
import type { SignInMethods } from './sign-in-method.js';

export interface FactorSettingsParts extends ConfirmParts, AppSetupParts, PasskeySetupParts, FactorRuleParts {
  readonly methods: SignInMethods;
  readonly limiter: ConfirmParts['limiter'];
  readonly sessions: Pick<Sessions, 'open'>;
  readonly security: Pick<AccountSecurity, 'told'>;
  readonly audit: AccountAudit;
}

/** `cookie` is the Set-Cookie field of the session's new name; recovery codes are told this once. */
export interface FactorChanged {
  readonly kind: 'done';
  readonly cookie: string;
  readonly recoveryCodes: readonly string[];
}

/** Somebody's browser. */
export interface SignedInVisitor {
  readonly visitor: Visitor;
  readonly signedIn: SignedIn;
}

/** `refused`: it is not the person's to decide. */
export type FactorOutcome = FactorChanged | { readonly kind: 'refused' } | SettingRefusal;

/** A code or a passkey as second factor, or none; where the organization leaves the choice. */
export async function changeFactor(
  given: Confirmed,
  to: Exclude<FactorKind, 'app'> | undefined,
  parts: FactorSettingsParts,
): Promise<FactorOutcome> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  if (!(await mayChoose(stored.credential, to, parts))) return { kind: 'refused' };
  if (to !== 'passkey') return committed(given, stored, { ...NO_FACTOR, factor: to }, parts);
  const recoveryCodes = newRecoveryCodes(parts.random);
  const change = { ...NO_FACTOR, factor: to, recoveryCodes: hashesOf(recoveryCodes) };
  return committed(given, stored, change, parts, { recoveryCodes });
}

/** Whoever must have a factor does not give up the stronger one for a code, nor have none. */
async function mayChoose(
  { account, factor }: Credential,
  to: FactorKind | undefined,
  parts: FactorSettingsParts,
): Promise<boolean> {
  if (to === 'passkey' && !(await hasPasskey(account, parts))) return false;
  if (!(await mustHaveFactor(account, parts))) return mayHaveFactor(account, parts);
  return to === 'passkey' || (to === 'code' && (factor === undefined || factor === 'code'));
}

/** What is asked for after the password, and what the person may choose in its place. */
export async function factorChoices(
  credential: Credential,
  parts: FactorRuleParts,
): Promise<{ readonly asked: FactorAsked | undefined; readonly mayBe: ('none' | FactorKind)[] }> {
  const { account } = credential;
  const asked = await factorAsked(credential, parts);
  if (!(await mayHaveFactor(account, parts))) return { asked, mayBe: [] };
  const isFree = !(await mustHaveFactor(account, parts));
  const other = asked === undefined ? 'code' : 'none';
  const mayShow = asked !== 'passkey' && (await hasPasskey(account, parts));
  return { asked, mayBe: [...(isFree ? ([other] as const) : []), ...(mayShow ? (['passkey'] as const) : []), 'app'] };
}

export async function proposeOwnApp(
  given: Confirmed,
  parts: FactorSettingsParts,
): Promise<ProposedApp | { readonly kind: 'refused' } | SettingRefusal> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const { account } = stored.credential;
  return (await mayHaveFactor(account, parts)) ? proposeApp(stored, parts) : { kind: 'refused' };
}

/** The app shows a code: it is the second factor from now on. */
export async function proveOwnApp(
  given: SignedInVisitor,
  code: string,
  parts: FactorSettingsParts,
): Promise<FactorChanged | AppRefusal> {
  const stored = await parts.credentials.of(given.signedIn.account);
  const proved = stored && (await proveApp(stored, code, parts));
  if (proved?.kind !== 'proved') return proved ?? { kind: 'wrong' };
  const done = await committed(given, stored!, proved.change, parts, { ...proved, amr: 'otp' });
  return done.kind === 'done' ? done : { kind: 'wrong' };
}

/** Asks for a passkey; its challenge is of this session. */
export async function proposeOwnPasskey(
  given: Confirmed,
  parts: FactorSettingsParts,
): Promise<PasskeyProposal | SettingRefusal> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  if (!(await parts.policy.allowsOwn(kindOf(stored.credential.account)))) return { kind: 'closed' };
  return unlessRaced(() => proposePasskey(stored, ceremonyOf(given.signedIn), parts));
}

const ceremonyOf = ({ session }: SignedIn) => ({ purpose: 'registration', browser: session }) as const;

/** The account has one more passkey. */
export async function keepOwnPasskey(
  given: SignedInVisitor,
  { name, answer }: MadePasskey,
  parts: FactorSettingsParts,
): Promise<FactorChanged | { readonly kind: 'wrong' | 'conflict' }> {
  const stored = await parts.credentials.of(given.signedIn.account);
  const named = passkeyName(name, browserName(given.visitor.headers['user-agent']));
  const made =
    stored &&
    (await madePasskey(ceremonyOf(given.signedIn), stored.credential.account, { name: named, answer }, parts));
  return made ? committed(given, stored, {}, parts, { made: [made], amr: 'pop' }) : { kind: 'wrong' };
}

interface Committed {
  readonly made?: readonly DocumentChange[];
  readonly recoveryCodes?: readonly string[];
  /** The factor that was shown with the change. https://www.rfc-editor.org/rfc/rfc8176 */
  readonly amr?: 'otp' | 'pop';
}

/** The change is told, is in the audit, and gives this browser's session a new name. */
function committed(
  { visitor, signedIn }: SignedInVisitor,
  stored: StoredCredential,
  change: Partial<Credential>,
  parts: FactorSettingsParts,
  { made = [], recoveryCodes = [], amr: shown }: Committed = {},
): Promise<FactorChanged | { readonly kind: 'conflict' }> {
  const { account, address } = stored.credential;
  const { provedAt } = signedIn;
  const amr = [...new Set([...signedIn.amr, ...(shown === undefined ? [] : [shown, 'mfa'])])];
  const told = parts.security.told({ event: 'factor-changed', account, address });
  const changes = [...made, changedCredential(stored, change), ...told];
  return unlessRaced(async () => {
    const cookie = await parts.sessions.open(visitor, { account, amr, provedAt }, changes);
    await parts.audit({ action: 'security-change', account, isGood: true });
    return { kind: 'done', cookie, recoveryCodes };
  });
}
