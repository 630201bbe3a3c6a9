/** Public keys that sign access tokens, as Node's KeyObjects. https://www.rfc-editor.org/rfc/rfc7517 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from 'jsonwebtoken';

export interface VerificationKey {
  readonly key: KeyObject;
  /** What this key may be used with; never a symmetric algorithm. */
  readonly algorithms: readonly Algorithm[];
}

/** The port for an issuer's keys: the key with this id (the only one there is, if the token names none). */
export type KeySource = (kid: string | undefined) => Promise<VerificationKey | undefined>;

type Jwk = Readonly<Record<string, unknown>>;

const CURVES: Readonly<Record<string, Algorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
const RSA: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

function algorithmsOf({ kty, crv, alg }: Jwk, allowed?: readonly string[]): readonly Algorithm[] {
  const curve = kty === 'EC' && typeof crv === 'string' ? CURVES[crv] : undefined;
  const possible = kty === 'RSA' ? RSA : curve ? [curve] : [];
  return possible.filter(
    algorithm => (alg === undefined || alg === algorithm) && (allowed?.includes(algorithm) ?? true),
  );
}

/**
 * A key set given once. Keys for other uses, of kinds that we do not verify with, and unreadable ones are left out.
 * @param allowed the algorithms that the issuer may use; by default each that fits the key
 */
export function fixedKeys(jwks: { readonly keys: readonly Jwk[] }, allowed?: readonly string[]): KeySource {
  const byId = new Map<string, VerificationKey>();
  for (const jwk of jwks.keys) {
    const algorithms = algorithmsOf(jwk, allowed);
    const key = algorithms.length > 0 && (jwk['use'] ?? 'sig') === 'sig' ? readKey(jwk) : undefined;
    if (key) byId.set(typeof jwk['kid'] === 'string' ? jwk['kid'] : '', { key, algorithms });
  }
  const only = byId.size === 1 ? byId.values().next().value : undefined;
  return kid => Promise.resolve(kid === undefined ? only : byId.get(kid));
}

function readKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}
