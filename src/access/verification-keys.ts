/** Public keys that sign access tokens, as Node's KeyObjects. https://www.rfc-editor.org/rfc/rfc7517 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from 'jsonwebtoken';

export interface VerificationKey {
  readonly key: KeyObject;
  /** What this key may be used with; never a symmetric algorithm. */
  readonly algorithms: readonly Algorithm[];
}

/**
 * The port for an issuer's keys: the key with this id (the only one there is, if the token names none). Keys fetched
 * from the issuer's address plug in here.
 */
export type KeySource = (kid: string | undefined) => Promise<VerificationKey | undefined>;

const CURVES: Readonly<Record<string, Algorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
const RSA: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

function algorithmsOf({ kty, crv, alg }: Readonly<Record<string, unknown>>): readonly Algorithm[] {
  const curve = kty === 'EC' && typeof crv === 'string' ? CURVES[crv] : undefined;
  const possible = kty === 'RSA' ? RSA : curve ? [curve] : [];
  return alg === undefined ? possible : possible.filter(algorithm => algorithm === alg);
}

/** A key set given once. Keys for other uses, and of kinds that we do not verify with, are left out. */
export function fixedKeys(jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }): KeySource {
  const byId = new Map<string, VerificationKey>();
  for (const jwk of jwks.keys) {
    const algorithms = algorithmsOf(jwk);
    if (algorithms.length === 0 || (jwk['use'] ?? 'sig') !== 'sig') continue;
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    byId.set(typeof jwk['kid'] === 'string' ? jwk['kid'] : '', { key, algorithms });
  }
  const only = byId.size === 1 ? byId.values().next().value : undefined;
  return kid => Promise.resolve(kid === undefined ? only : byId.get(kid));
}
