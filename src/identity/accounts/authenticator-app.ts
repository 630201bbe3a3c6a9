/**
 * Authenticator apps: time-based codes of a secret that app and server share. A code counts once, and those next to it in time
 * with it. https://www.rfc-editor.org/rfc/rfc6238
 */
import { hkdfSync, type KeyObject } from 'node:crypto';
import { generateSecret, generateURI, verify } from 'otplib';
import type { Clock, Random } from '../../fhir/clock.js';
import { opened, seal } from '../seal.js';

export interface AuthenticatorApps {
  /** A new secret: as people type it, as an address that apps open, and sealed for the store. */
  create(issuer: string, userName: string): { readonly secret: string; readonly uri: string; readonly sealed: string };
  /** The time step of a right code that is later than the last one; undefined for any other. */
  stepOf(sealed: string, code: string, after: number | undefined): Promise<number | undefined>;
}

/** Seconds that clocks may differ. */
const TOLERANCE = 30;

export function createAuthenticatorApps(
  secret: KeyObject,
  { clock, random }: { clock: Clock; random: Random },
): AuthenticatorApps {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'authenticator-app', 32));
  return {
    create(issuer, label) {
      const plain = generateSecret();
      const uri = generateURI({ strategy: 'totp', issuer, label, secret: plain });
      return { secret: plain, uri, sealed: seal(plain, key, random) };
    },
    async stepOf(sealed, code, after) {
      const token = code.replace(/\s/g, '');
      if (!/^\d{6}$/.test(token)) return undefined;
      const epoch = Math.floor(clock.now() / 1000);
      const later = after === undefined ? {} : { afterTimeStep: after };
      const result = await verify({ secret: opened(sealed, key), token, epoch, epochTolerance: TOLERANCE, ...later });
      return result.valid && 'timeStep' in result ? result.timeStep : undefined;
    },
  };
}
