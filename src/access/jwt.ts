/**
 * JWT access tokens of our own development issuer and of the issuers we trust. https://www.rfc-editor.org/rfc/rfc9068
 * Algorithms come from the key, never from the token; a token that brings or names its own key is refused.
 */
import jsonwebtoken, { type JwtHeader, type JwtPayload } from 'jsonwebtoken';
import type { Claims, TokenVerifier } from './token.js';
import type { KeySource, VerificationKey } from './verification-keys.js';
import { defined } from '../fhir/defined.js';

export interface TrustedIssuer {
  readonly issuer: string;
  /** Every audience a token names must be among these. */
  readonly audiences: ReadonlySet<string>;
  readonly keys: KeySource;
}

/** Characters; longer tokens are refused unread. */
export const MAX_TOKEN = 8192;
/** Seconds of clock difference forgiven for `nbf`; `exp` is taken as it stands. */
const LEEWAY = 30;
const HEADERS = new Set(['alg', 'typ', 'kid', 'x5t', 'x5t#S256']);
const TYPE = /^(application\/)?at\+jwt$/i;

/** Verifies tokens of these issuers; anything else comes to undefined. */
export function jwtVerifier(issuers: readonly TrustedIssuer[]): TokenVerifier {
  const byName = new Map(issuers.map(issuer => [issuer.issuer, issuer]));
  return async (token, now) => {
    const decoded = decode(token);
    const issuer = byName.get(decoded?.payload.iss ?? '');
    if (!decoded || !issuer) return undefined;
    const key = await issuer.keys(decoded.header.kid);
    const payload = key && verified(token, key, issuer, now);
    return payload && claimsOf(payload, issuer, now);
  };
}

function decode(token: string): { header: JwtHeader; payload: JwtPayload } | undefined {
  if (token.length > MAX_TOKEN || token.split('.').length !== 3) return undefined;
  const decoded = quietly(() => jsonwebtoken.decode(token, { complete: true }));
  if (!decoded || typeof decoded.payload === 'string') return undefined;
  const { header, payload } = decoded;
  if (!Object.keys(header).every(name => HEADERS.has(name)) || !TYPE.test(String(header.typ))) return undefined;
  return header.kid === undefined || typeof header.kid === 'string' ? { header, payload } : undefined;
}

function verified(token: string, key: VerificationKey, { issuer }: TrustedIssuer, now: number): JwtPayload | undefined {
  const payload = quietly(() =>
    jsonwebtoken.verify(token, key.key, {
      algorithms: [...key.algorithms],
      issuer,
      clockTimestamp: Math.floor(now / 1000),
      clockTolerance: LEEWAY,
    }),
  );
  return typeof payload === 'object' ? payload : undefined;
}

function claimsOf(payload: JwtPayload, { issuer, audiences }: TrustedIssuer, now: number): Claims | undefined {
  const { sub, exp, aud } = payload;
  const clientId: unknown = payload['client_id'];
  if (typeof sub !== 'string' || typeof exp !== 'number' || typeof clientId !== 'string') return undefined;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (named.length === 0 || !named.every(name => typeof name === 'string' && audiences.has(name))) return undefined;
  if (exp * 1000 <= now) return undefined;
  const text = (name: string) => (typeof payload[name] === 'string' ? payload[name] : undefined);
  const fhirUser = text('fhirUser');
  const patient = text('patient');
  return {
    issuer,
    subject: sub,
    clientId,
    scope: text('scope') ?? '',
    ...defined({ fhirUser, patient }),
    expires: exp * 1000,
  };
}

/** The library throws on every bad token; to us each of them is merely not good. */
function quietly<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
