/**
 * Somebody who must have a second factor and has none sets one up while they sign in, before anything else: the password was
 * right, and nobody is signed in yet.
 */
import { isConflict } from '../../fhir/fault.js';
import type { DocumentChange } from '../../store/port.js';
import type { Visitor } from '../limits/visitor.js';
import { browserName } from '../sessions/browser-name.js';
import {
  madePasskey,
  passkeyName,
  proposePasskey,
  type PasskeyProposal,
  type PasskeySetupParts,
} from '../passkeys/setup.js';
import type { AccountSecurity } from './account-security.js';
import { proposeApp, proveApp, type AppRefusal, type AppSetupParts, type ProposedApp } from './app-setup.js';
import { factorAsked } from './factor-rule.js';
import { hashesOf, newRecoveryCodes } from './recovery-code.js';
import { openWith, underWay, type FactorProof, type SecondFactorParts, type UnderWay } from './second-factor.js';

export interface FactorAtSignInParts extends SecondFactorParts, PasskeySetupParts, Omit<AppSetupParts, 'apps'> {
  readonly apps: AppSetupParts['apps'];
  readonly limiter: SecondFactorParts['limiter'];
  readonly store: SecondFactorParts['store'];
  readonly methods: SecondFactorParts['methods'];
  readonly clock: SecondFactorParts['clock'];
  readonly security: Pick<AccountSecurity, 'told'>;
}

/** There is no sign-in under way in this browser that lacks a factor. */
interface Over {
  readonly kind: 'over';
}

/** `cookies` are Set-Cookie fields; the recovery codes are told this once. */
export interface FactorSetUp {
  readonly kind: 'signed-in';
  readonly cookies: readonly string[];
  readonly recoveryCodes: readonly string[];
}

/** The sign-in of this browser, as long as it lacks a factor: of two browsers at once the first decides. */
export async function lackingFactor(visitor: Visitor, parts: FactorAtSignInParts): Promise<UnderWay | undefined> {
  const found = await underWay(visitor, parts);
  if (!found || found.pending.isDoubtful === true) return undefined;
  return (await factorAsked(found.stored.credential, parts)) === 'set-up' ? found : undefined;
}

export async function proposeFirstApp(visitor: Visitor, parts: FactorAtSignInParts): Promise<ProposedApp | Over> {
  const found = await lackingFactor(visitor, parts);
  const proposed = found && (await proposeApp(found.stored, parts));
  return proposed?.kind === 'proposed' ? proposed : { kind: 'over' };
}

export async function proveFirstApp(
  visitor: Visitor,
  code: string,
  parts: FactorAtSignInParts,
): Promise<FactorSetUp | AppRefusal | Over> {
  const found = await lackingFactor(visitor, parts);
  if (!found) return { kind: 'over' };
  const proved = await proveApp(found.stored, code, parts);
  if (proved.kind !== 'proved') return proved;
  return setUp(visitor, found, { used: [], changes: proved.change, amr: 'otp' }, proved.recoveryCodes, parts);
}

const ceremonyOf = ({ pending: { browser } }: UnderWay) => ({ purpose: 'set-up', browser }) as const;

export async function proposeFirstPasskey(
  visitor: Visitor,
  parts: FactorAtSignInParts,
): Promise<PasskeyProposal | Over> {
  const found = await lackingFactor(visitor, parts);
  if (!found) return { kind: 'over' };
  try {
    return await proposePasskey(found.stored, ceremonyOf(found), parts);
  } catch (error) {
    if (isConflict(error)) return { kind: 'over' };
    throw error;
  }
}

/** @param answer of the authenticator, as JSON */
export async function keepFirstPasskey(
  visitor: Visitor,
  answer: string,
  parts: FactorAtSignInParts,
): Promise<FactorSetUp | AppRefusal | Over> {
  const found = await lackingFactor(visitor, parts);
  if (!found) return { kind: 'over' };
  const name = passkeyName('', browserName(visitor.headers['user-agent']));
  const made = await madePasskey(ceremonyOf(found), found.pending.account, { name, answer }, parts);
  if (!made) return { kind: 'wrong' };
  const recoveryCodes = newRecoveryCodes(parts.random);
  const changes = { factor: 'passkey', recoveryCodes: hashesOf(recoveryCodes) } as const;
  return setUp(visitor, found, { used: [made], changes, amr: 'pop' }, recoveryCodes, parts);
}

async function setUp(
  visitor: Visitor,
  found: UnderWay,
  proof: FactorProof,
  recoveryCodes: readonly string[],
  parts: FactorAtSignInParts,
): Promise<FactorSetUp | Over> {
  const { account, address } = found.stored.credential;
  const told: DocumentChange[] = parts.security.told({ event: 'factor-changed', account, address });
  const opened = await openWith(visitor, found, { ...proof, used: [...proof.used, ...told] }, parts);
  if (opened.kind !== 'signed-in') return opened;
  await parts.audit({ action: 'security-change', account, isGood: true });
  return { ...opened, recoveryCodes };
}
