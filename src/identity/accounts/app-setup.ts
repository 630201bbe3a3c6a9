/** An authenticator app as second factor: it is in use once it has shown a right code; then come the recovery codes. */
import { wonRace } from '../../fhir/fault.js';
import type { SignedIn } from '../sessions/session.js';
import type { AccountSettingsParts } from './account-settings.js';
import type { AuthenticatorApps } from './authenticator-app.js';
import { confirm, type Confirmed, type SettingRefusal } from './confirm.js';
import { changedCredential } from './credential.js';
import { hashesOf, newRecoveryCodes } from './recovery-code.js';

export interface AppSetupParts extends AccountSettingsParts {
  readonly apps: AuthenticatorApps;
}

export type AppProposal = { readonly kind: 'proposed'; readonly secret: string; readonly uri: string } | SettingRefusal;

/** A secret for the app. Until the app shows a code of it nothing changes. */
export async function proposeApp(given: Confirmed, parts: AppSetupParts): Promise<AppProposal> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const [issuer = 'Portico'] = await parts.placeNames();
  const { secret, uri, sealed } = parts.apps.create(issuer, stored.credential.userName ?? issuer);
  const documents = [changedCredential(stored, { proposedApp: sealed })];
  return (await wonRace(parts.store.commit({ documents }))) ? { kind: 'proposed', secret, uri } : { kind: 'conflict' };
}

export type AppProof =
  | { readonly kind: 'done'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'wrong' }
  /** Milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number };

/** The app shows a code: it is the second factor from now on. The recovery codes are told this once. */
export async function proveApp({ account }: SignedIn, code: string, parts: AppSetupParts): Promise<AppProof> {
  const wait = await parts.limiter.take([{ limit: 'factor-account', of: account }]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const stored = await parts.credentials.of(account);
  const sealed = stored?.credential.proposedApp;
  const step = sealed === undefined ? undefined : await parts.apps.stepOf(sealed, code, undefined);
  if (!stored || sealed === undefined || step === undefined) return { kind: 'wrong' };
  const recoveryCodes = newRecoveryCodes(parts.random);
  const app = { secret: sealed, lastStep: step };
  const change = { factor: 'app' as const, app, proposedApp: undefined, recoveryCodes: hashesOf(recoveryCodes) };
  const told = parts.security.told({ event: 'factor-changed', account, address: stored.credential.address });
  const documents = [changedCredential(stored, change), ...told];
  if (!(await wonRace(parts.store.commit({ documents })))) return { kind: 'wrong' };
  await parts.limiter.forget({ limit: 'factor-account', of: account });
  return { kind: 'done', recoveryCodes };
}
