/** An authenticator app as second factor: it is in use once it has shown a right code; then come the recovery codes. */
import type { Random } from '../../fhir/clock.js';
import { wonRace } from '../../fhir/fault.js';
import type { Store } from '../../store/port.js';
import type { Limiter } from '../limits/limiter.js';
import type { AuthenticatorApps } from './authenticator-app.js';
import { changedCredential, type Credential, type StoredCredential } from './credential.js';
import { hashesOf, newRecoveryCodes } from './recovery-code.js';

export interface AppSetupParts {
  readonly apps: AuthenticatorApps;
  readonly random: Random;
  readonly store: Pick<Store, 'commit'>;
  readonly limiter: Limiter;
  readonly placeNames: () => Promise<readonly string[]>;
}

export interface ProposedApp {
  readonly kind: 'proposed';
  /** Base32. */
  readonly secret: string;
  /** `otpauth://…`: apps on this device open it, and others read it as a QR code. */
  readonly uri: string;
}

/** A secret for the app. Until the app shows a code of it nothing changes. */
export async function proposeApp(
  stored: StoredCredential,
  parts: AppSetupParts,
): Promise<ProposedApp | { readonly kind: 'conflict' }> {
  const [issuer = 'Portico'] = await parts.placeNames();
  const { secret, uri, sealed } = parts.apps.create(issuer, stored.credential.userName ?? issuer);
  const documents = [changedCredential(stored, { proposedApp: sealed })];
  return (await wonRace(parts.store.commit({ documents }))) ? { kind: 'proposed', secret, uri } : { kind: 'conflict' };
}

/** What the credential becomes once the app has shown a code, and the recovery codes, which are told this once. */
export interface ProvedApp {
  readonly kind: 'proved';
  readonly change: Partial<Credential>;
  readonly recoveryCodes: readonly string[];
}

export type AppRefusal =
  | { readonly kind: 'wrong' }
  /** Milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number };

/** Whether the app that was proposed has shown this code. */
export async function proveApp(
  { credential: { account, proposedApp } }: StoredCredential,
  code: string,
  parts: AppSetupParts,
): Promise<ProvedApp | AppRefusal> {
  const counted = { limit: 'factor-account', of: account } as const;
  const wait = await parts.limiter.take([counted]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const step = proposedApp === undefined ? undefined : await parts.apps.stepOf(proposedApp, code, undefined);
  if (proposedApp === undefined || step === undefined) return { kind: 'wrong' };
  await parts.limiter.forget(counted);
  const recoveryCodes = newRecoveryCodes(parts.random);
  const app = { secret: proposedApp, lastStep: step };
  const change = { factor: 'app', app, proposedApp: undefined, recoveryCodes: hashesOf(recoveryCodes) } as const;
  return { kind: 'proved', recoveryCodes, change };
}
