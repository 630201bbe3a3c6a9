/**
 * The external issuers of access tokens, as PORTICO_ISSUERS lists them: JSON, or a file that holds it, since secrets may be among it.
 * JWT: https://www.rfc-editor.org/rfc/rfc9068. Opaque tokens: https://www.rfc-editor.org/rfc/rfc7662.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { publicKeys } from './public-keys.js';
import { secureAddress } from './secure-address.js';

const claim = z.string().min(1).max(200);

/** Names of claims; the defaults are those of SMART App Launch and OpenID Connect. */
const claims = z.strictObject({
  clientId: claim.default('client_id'),
  scope: claim.default('scope'),
  /** The person as a resource of this server. */
  fhirUser: claim.default('fhirUser'),
  /** The person by a record number, and the system of identifiers that it is one of; takes the place of `fhirUser`. */
  recordNumber: z.strictObject({ claim, system: z.string().min(1) }).optional(),
  given: claim.default('given_name'),
  family: claim.default('family_name'),
  birthDate: claim.default('birthdate'),
  gender: claim.default('gender'),
  email: claim.default('email'),
  phone: claim.default('phone_number'),
  address: claim.default('address'),
  language: claim.default('locale'),
});

const introspection = z.strictObject({
  url: secureAddress,
  clientId: z.string().min(1).max(500),
  clientSecret: z.string().min(1).max(500),
});

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;

const issuer = z
  .strictObject({
    issuer: z.url(),
    /** The name of this server in tokens; of a list the first, and the others may stand beside it. */
    audience: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .transform(names => [names].flat() as [string, ...string[]]),
    /** The apps whose tokens are taken; by default all. Opaque tokens that name no audience are taken of these alone. */
    clients: z.array(z.string().min(1)).min(1).optional(),
    /** Of JWTs: the keys, or where they are published; the algorithms, by default all that a key is for; the type in the header. */
    jwks: publicKeys.optional(),
    jwksUri: secureAddress.optional(),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1).optional(),
    tokenType: z.enum(['at+jwt', 'JWT']).default('at+jwt'),
    /** Of opaque tokens. */
    introspection: introspection.optional(),
    userInfo: secureAddress.optional(),
    claims: claims.prefault({}),
    /** The scopes of all its tokens, where it knows none of resources. */
    scope: z.string().min(1).optional(),
    /** Whether userInfo completes what a member's record lacks. */
    completes: z.boolean().default(false),
  })
  .refine(({ jwks, jwksUri }) => jwks === undefined || jwksUri === undefined)
  .refine(({ jwks, jwksUri, introspection: asked }) => (jwks ?? jwksUri ?? asked) !== undefined)
  .refine(({ introspection: asked, userInfo }) => asked === undefined || userInfo !== undefined)
  .refine(({ completes, userInfo }) => !completes || userInfo !== undefined);

const issuers = z
  .array(issuer)
  .refine(list => new Set(list.map(one => one.issuer)).size === list.length)
  .readonly();

export type TokenIssuerConfig = z.output<typeof issuer>;

/** Throws where it is no list of issuers. @param text JSON, or the path of a file with JSON */
export function readTokenIssuers(text: string): readonly TokenIssuerConfig[] {
  const json = /^\s*[[{]/.test(text) ? text : readFileSync(text, 'utf8');
  return issuers.parse(JSON.parse(json));
}

/** The addresses that are called for an issuer. */
export const addressesOf = ({ jwksUri, introspection: asked, userInfo }: TokenIssuerConfig): string[] =>
  [jwksUri, asked?.url, userInfo].filter(address => address !== undefined);
