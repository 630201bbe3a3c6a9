/** Software statements: what an issuer that is trusted says about an app. https://www.rfc-editor.org/rfc/rfc7591#section-2.3 */
import type { JSONWebKeySet } from 'jose';
import { RegistrationFault, type Metadata } from './registration.js';

export interface StatementIssuer {
  readonly issuer: string;
  /** The audience that its statements for this server name. */
  readonly audience: string;
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
}

export interface SoftwareStatements {
  /** The metadata that a statement gives, which precedes what the app says itself; undefined without one. */
  claims(statement: unknown): Promise<Metadata | undefined>;
}

const ALGORITHMS = ['RS256', 'RS384', 'ES256', 'ES384'];
/** Claims about the statement itself. */
const OWN = ['iss', 'aud', 'sub', 'iat', 'exp', 'nbf', 'jti'];

export const softwareStatements = (issuers: readonly StatementIssuer[]): SoftwareStatements => ({
  async claims(statement) {
    if (statement === undefined) return undefined;
    // Loaded when it is first needed.
    const { createLocalJWKSet, decodeJwt, jwtVerify } = await import('jose');
    try {
      const text = String(statement);
      const issuer = issuers.find(one => one.issuer === decodeJwt(text).iss);
      if (!issuer) throw new Error('its issuer is not trusted');
      const keys = createLocalJWKSet(issuer.jwks as unknown as JSONWebKeySet);
      const { payload } = await jwtVerify(text, keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ALGORITHMS,
      });
      return Object.fromEntries(Object.entries(payload).filter(([name]) => !OWN.includes(name)));
    } catch {
      // The error is dropped: it may repeat the statement.
      throw new RegistrationFault('software_statement is none of an issuer that is trusted here');
    }
  },
});
