/** The port that checks access tokens of every kind. */

export interface Claims {
  /** Who issued it; together with `clientId` it names the client. */
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  /** Scopes as granted, separated by spaces. */
  readonly scope: string;
  /** The FHIR resource the person is (`Person/1`); absent for a client that acts for itself. */
  readonly fhirUser?: string;
  /** Launch context: id of the Patient the token is limited to. */
  readonly patient?: string;
  /** Milliseconds since the epoch; from then on the token is dead. */
  readonly expires: number;
  /** Milliseconds since the epoch, of a token that somebody else vouches for: from then on they are asked again. */
  readonly known?: number;
}

/**
 * The claims of a good token; undefined for one that is not ours, malformed, forged, expired or revoked. Rejects only
 * where it cannot be checked now (Fault `unavailable`).
 */
export type TokenVerifier = (token: string, now: number) => Promise<Claims | undefined>;

/** Tries one verifier after the other, until one knows the token. */
export function firstOf(...verifiers: readonly TokenVerifier[]): TokenVerifier {
  return async (token, now) => {
    for (const verify of verifiers) {
      const claims = await verify(token, now);
      if (claims) return claims;
    }
    return undefined;
  };
}
