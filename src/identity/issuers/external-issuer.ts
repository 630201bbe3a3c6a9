/** One external issuer: what it says about its own tokens, be they JWTs or opaque. */
import { verifyJwt, type TrustedIssuer } from '../../access/jwt.js';
import { fixedKeys, type KeySource } from '../../access/verification-keys.js';
import type { TokenIssuerConfig } from '../../config/token-issuers.js';
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import { createOutbound, type OutboundSettings } from '../../outbound/outbound.js';
import { introspect } from './introspection.js';
import { ISSUER_LIMITS, type CallParts } from './issuer-call.js';
import { GOOD } from './known-tokens.js';
import { publishedKeys } from './published-keys.js';
import { tokenFacts, type GoodToken, type TokenFacts } from './token-facts.js';
import { userInfoOf } from './user-info.js';

/** Undefined for a token that is not good; Fault `unavailable` where the issuer cannot be asked. */
type Ask = (token: string, now: number) => Promise<TokenFacts | undefined>;

export interface ExternalIssuer {
  readonly name: string;
  /** Absent: it issues none. */
  readonly jwt?: Ask;
  readonly opaque?: Ask;
  close(): void;
}

export interface ExternalIssuerParts extends Pick<CallParts, 'report'>, OutboundSettings {
  readonly clock: Clock;
}

export function externalIssuer(
  config: TokenIssuerConfig,
  { clock, report, hosts, networks }: ExternalIssuerParts,
): ExternalIssuer {
  const { issuer, userInfo, introspection } = config;
  const outbound = createOutbound(
    { hosts, networks },
    { limits: ISSUER_LIMITS, suspended: () => report(issuer, 'no calls for a while') },
  );
  const parts = { clock, report, issuer, fetch: outbound.fetch };
  const keys = keysOf(config, parts);
  const facts = async (
    token: string,
    good: Omit<GoodToken, 'userInfo'> | undefined,
    now: number,
  ): Promise<TokenFacts | undefined> => {
    const person = good && userInfo !== undefined ? await userInfoOf(token, good.subject, userInfo, parts) : undefined;
    if (!good || (userInfo !== undefined && !person)) return undefined;
    return tokenFacts(config, { ...good, userInfo: person }, now + GOOD);
  };
  const trust: TrustedIssuer | undefined = keys && {
    ...{ issuer, keys, audiences: config.audience, tokenType: config.tokenType },
  };
  const jwt: Ask | undefined = trust && (async (token, now) => facts(token, await jwtOf(token, trust, now), now));
  const opaque: Ask | undefined =
    introspection && (async (token, now) => facts(token, await introspect(token, config, now, parts), now));
  return { name: issuer, ...defined({ jwt, opaque }), close: () => outbound.close() };
}

function keysOf(
  { jwks, jwksUri, algorithms }: TokenIssuerConfig,
  parts: CallParts & { readonly clock: Clock },
): KeySource | undefined {
  if (jwks) return fixedKeys(jwks, algorithms);
  return jwksUri === undefined ? undefined : publishedKeys(jwksUri, algorithms, parts);
}

async function jwtOf(
  token: string,
  trust: TrustedIssuer,
  now: number,
): Promise<Omit<GoodToken, 'userInfo'> | undefined> {
  const verified = await verifyJwt(token, trust, now);
  return verified && { subject: verified.subject, expires: verified.expires, token: { ...verified.payload } };
}
