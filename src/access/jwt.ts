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
  /** A token names the first, and nobody who is not among these. */
  readonly audiences: readonly string[];
  readonly keys: KeySource;
  /** The type in the header: `at+jwt` where none is named. */
  readonly tokenType?: string;
}

/** A token that an issuer signed for this server, and that is good now. */
export interface VerifiedToken {
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  readonly payload: JwtPayload;
}

/** Characters; longer tokens are refused unread. */
export const MAX_TOKEN = 8192;
/** Seconds of clock difference forgiven for `nbf`; `exp` is taken as it stands. */
export const LEEWAY = 30;
const HEADERS = new Set(['alg', 'typ', 'kid', 'x5t', 'x5t#S256']);

/** Verifies tokens of these issuers; anything else comes to undefined. */
export function jwtVerifier(issuers: readonly TrustedIssuer[]): TokenVerifier {
  const byName = new Map(issuers.map(issuer => [issuer.issuer, issuer]));
  return async (token, now) => {
    const issuer = byName.get(issuerOf(token) ?? '');
    const verified = issuer && (await verifyJwt(token, issuer, now));
    return verified && claimsOf(verified, issuer);
  };
}

/** Whether a token has the form of a JWT, signed or encrypted: it is no secret that an issuer keeps a record of. */
export function isJwt(token: string): boolean {
  const [head = ''] = token.split('.', 1);
  const header = quietly(() => JSON.parse(Buffer.from(head, 'base64url').toString()) as unknown);
  return typeof header === 'object' && header !== null;
}

/** The issuer that a JWT names, unverified. */
export function issuerOf(token: string): string | undefined {
  const name: unknown = decode(token)?.payload.iss;
  return typeof name === 'string' ? name : undefined;
}

/** What the token says, where its signature, audience and time are right. Rejects where the keys cannot be had. */
export async function verifyJwt(token: string, issuer: TrustedIssuer, now: number): Promise<VerifiedToken | undefined> {
  const decoded = decode(token);
  if (!decoded || !isOfType(decoded.header, issuer.tokenType)) return undefined;
  const key = await issuer.keys(decoded.header.kid);
  const payload = key && signedBy(token, key, issuer, now);
  if (!payload) return undefined;
  const { sub, exp, aud } = payload;
  if (typeof sub !== 'string' || typeof exp !== 'number' || exp * 1000 <= now) return undefined;
  return isFor(aud, issuer.audiences) ? { subject: sub, expires: exp * 1000, payload } : undefined;
}

/** Whether a token names the first of these, and nobody else than these. */
export function isFor(aud: unknown, audiences: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return named.includes(audiences[0]) && named.every(name => typeof name === 'string' && audiences.includes(name));
}

function decode(token: string): { header: JwtHeader; payload: JwtPayload } | undefined {
  if (token.length > MAX_TOKEN || token.split('.').length !== 3) return undefined;
  const decoded = quietly(() => jsonwebtoken.decode(token, { complete: true }));
  if (!decoded || typeof decoded.payload === 'string') return undefined;
  const { header, payload } = decoded;
  if (!Object.keys(header).every(name => HEADERS.has(name))) return undefined;
  return header.kid === undefined || typeof header.kid === 'string' ? { header, payload } : undefined;
}

const isOfType = ({ typ }: JwtHeader, expected = 'at+jwt'): boolean =>
  String(typ)
    .toLowerCase()
    .replace(/^application\//, '') === expected.toLowerCase();

function signedBy(token: string, key: VerificationKey, { issuer }: TrustedIssuer, now: number): JwtPayload | undefined {
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

function claimsOf({ subject, expires, payload }: VerifiedToken, { issuer }: TrustedIssuer): Claims | undefined {
  const text = (name: string) => (typeof payload[name] === 'string' ? payload[name] : undefined);
  const clientId = text('client_id');
  if (clientId === undefined) return undefined;
  const person = defined({ fhirUser: text('fhirUser'), patient: text('patient') });
  return { issuer, subject, clientId, scope: text('scope') ?? '', ...person, expires };
}

/** The library throws on every bad token; to us each of them is merely not good. */
function quietly<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
