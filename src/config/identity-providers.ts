/**
 * The external identity providers, as PORTICO_IDENTITY_PROVIDERS lists them: JSON, or a file that holds it, since secrets are
 * among it. https://openid.net/specs/openid-connect-core-1_0.html
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { secureAddress } from './secure-address.js';
import { languageTag } from '../fhir/language-tag.js';

const claim = z.string().min(1).max(200);

/** Names of claims; the defaults are OpenID Connect's own, where it has one. */
const claims = z.strictObject({
  /** Who it is: unique at the provider, and never given to anybody else. */
  id: claim.default('sub'),
  given: claim.default('given_name'),
  family: claim.default('family_name'),
  birthDate: claim.default('birthdate'),
  email: claim.default('email'),
  phone: claim.default('phone_number'),
  /** A medical record number, and the system of identifiers that it is one of. */
  recordNumber: z.strictObject({ claim, system: z.url() }).optional(),
});

const privateKey = z
  .string()
  .refine(isSigningKey, 'a private key (PEM): RSA of 2048 bits or more, or EC P-256 or P-384');

function isSigningKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails = {} } = createPrivateKey(pem);
    const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails;
    return asymmetricKeyType === 'rsa' ? modulusLength >= 2048 : ['prime256v1', 'secp384r1'].includes(namedCurve);
  } catch {
    return false;
  }
}

const provider = z
  .strictObject({
    /** Part of its callback address. */
    key: z.string().regex(/^[a-z0-9-]{1,32}$/),
    issuer: secureAddress,
    clientId: z.string().min(1).max(500),
    /** One of the two. */
    clientSecret: z.string().min(1).optional(),
    privateKey: privateKey.optional(),
    /** Key id of `privateKey`. */
    keyId: z.string().min(1).optional(),
    scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)).default(['openid', 'profile', 'email']),
    /** By language; the first is for all others. */
    name: z
      .record(z.string(), z.string().min(1).max(60))
      .refine(names => Object.keys(names).length > 0 && Object.keys(names).every(tag => languageTag(tag) === tag)),
    serves: z
      .array(z.enum(['members', 'staff']))
      .min(1)
      .default(['members']),
    claimsFrom: z.enum(['id_token', 'userinfo']).default('id_token'),
    claims: claims.prefault({}),
    /** A sign-in with one of these methods or contexts has its second factor. */
    secondFactor: z.strictObject({ amr: z.array(claim).default([]), acr: z.array(claim).default([]) }).prefault({}),
  })
  .refine(({ clientSecret, privateKey: key }) => (clientSecret === undefined) !== (key === undefined))
  .refine(({ scopes }) => scopes.includes('openid'));

const providers = z
  .array(provider)
  .refine(list => new Set(list.map(({ key }) => key)).size === list.length)
  .readonly();

export type IdentityProviderConfig = z.output<typeof provider>;

/** Throws where it is no list of providers. @param text JSON, or the path of a file with JSON */
export function readIdentityProviders(text: string): readonly IdentityProviderConfig[] {
  const json = text.trimStart().startsWith('[') ? text : readFileSync(text, 'utf8');
  return providers.parse(JSON.parse(json));
}
