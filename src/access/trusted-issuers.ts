/** The issuers of PORTICO_ISSUERS: other people's authorization servers whose JWT access tokens we take. */
import type { IssuerConfig } from '../config/values.js';
import type { TrustedIssuer } from './jwt.js';
import { fixedKeys } from './verification-keys.js';

export const trustedIssuers = (configured: readonly IssuerConfig[]): TrustedIssuer[] =>
  configured.map(({ issuer, audience, jwks }) => ({ issuer, audiences: new Set([audience]), keys: fixedKeys(jwks) }));
