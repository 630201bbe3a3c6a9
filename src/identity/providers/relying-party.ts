/**
 * This server as a client of one identity provider: where a browser goes to sign in there, and what the answer proves. Each
 * check of OpenID Connect is made, that of the id_token's signature too; all calls take the one way out.
 * https://openid.net/specs/openid-connect-core-1_0.html, https://www.rfc-editor.org/rfc/rfc9700
 */
import { createPrivateKey, type webcrypto } from 'node:crypto';
import * as oidc from 'openid-client';
import type { IdentityProviderConfig } from '../../config/identity-providers.js';
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import type { Outbound } from '../../outbound/outbound.js';
import type { OutboundInit } from '../../outbound/exchange.js';
import type { JsonObject } from '../../fhir/resource.js';
import { providerError, ProviderError } from './provider-error.js';

/** What binds an answer to the browser that asked, each known to nobody else before. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  /** https://www.rfc-editor.org/rfc/rfc7636 */
  readonly verifier: string;
}

export interface Asking {
  /** Seconds since the person proved to the provider who they are; undefined: whenever it was. */
  readonly maxAge?: number | undefined;
  /** BCP 47. */
  readonly language?: string;
}

/** What the provider vouches for. */
export interface Vouched {
  /** From the id_token or from userinfo, as configured. */
  readonly claims: Readonly<JsonObject>;
  readonly amr: readonly string[];
  readonly acr: string | undefined;
  /** When the person proved who they are, where the provider says so: milliseconds since the epoch. */
  readonly authTime: number | undefined;
}

export interface RelyingParty {
  /** The address at the provider. Rejects with ProviderError. */
  begin(secrets: FlowSecrets, asking: Asking): Promise<string>;
  /** @param answer the query of the callback. Rejects with ProviderError. */
  complete(answer: URLSearchParams, secrets: FlowSecrets, asking: Asking): Promise<Vouched>;
}

export interface RelyingPartyParts {
  readonly fetch: Outbound['fetch'];
  readonly clock: Clock;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
}

/** Milliseconds that what a provider publishes of itself is taken as it was. */
const KNOWN = 3600_000;

export function createRelyingParty(provider: IdentityProviderConfig, parts: RelyingPartyParts): RelyingParty {
  const { clock, redirectUri } = parts;
  let known: { readonly at: number; readonly configuration: Promise<oidc.Configuration> } | undefined;
  const configured = (): Promise<oidc.Configuration> => {
    if (known && clock.now() - known.at < KNOWN) return known.configuration;
    const found = discovered(provider, parts);
    known = { at: clock.now(), configuration: found };
    found.catch(() => {
      if (known?.configuration === found) known = undefined;
    });
    return found;
  };
  return {
    begin: (secrets, asking) =>
      configured()
        .then(configuration => authorizationUrl(provider, configuration, redirectUri, { secrets, asking }))
        .catch(rejected),
    complete: (answer, secrets, asking) =>
      configured()
        .then(configuration =>
          completed(provider, configuration, new URL(`${redirectUri}?${answer.toString()}`), { secrets, asking }),
        )
        .catch(rejected),
  };
}

const rejected = (error: unknown): never => {
  throw providerError(error);
};

async function discovered(
  { issuer, clientId, clientSecret, privateKey, keyId }: IdentityProviderConfig,
  { fetch }: RelyingPartyParts,
): Promise<oidc.Configuration> {
  const authentication =
    privateKey === undefined ? oidc.ClientSecretBasic(clientSecret) : oidc.PrivateKeyJwt(signingKey(privateKey, keyId));
  const isLocal = issuer.startsWith('http:');
  const configuration = await oidc.discovery(new URL(issuer), clientId, undefined, authentication, {
    [oidc.customFetch]: (url, init) => fetch(url, init as OutboundInit),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- a provider on this machine may have no TLS
    execute: [oidc.enableNonRepudiationChecks, ...(isLocal ? [oidc.allowInsecureRequests] : [])],
  });
  // To the letter: the library takes addresses that are written otherwise for the same.
  if (configuration.serverMetadata().issuer !== issuer) throw new ProviderError('untrusted', 'issuer');
  return configuration;
}

/** Signs as its kind does. https://www.rfc-editor.org/rfc/rfc7518#section-3.1 */
function signingKey(pem: string, kid: string | undefined): webcrypto.CryptoKey | oidc.PrivateKey {
  const key = createPrivateKey(pem);
  const { namedCurve } = key.asymmetricKeyDetails ?? {};
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: namedCurve === 'prime256v1' ? 'P-256' : 'P-384' };
  const signing = key.toCryptoKey(algorithm, false, ['sign']);
  return kid === undefined ? signing : { key: signing, kid };
}

interface Exchange {
  readonly secrets: FlowSecrets;
  readonly asking: Asking;
}

async function authorizationUrl(
  { scopes, secondFactor: { acr } }: IdentityProviderConfig,
  configuration: oidc.Configuration,
  redirectUri: string,
  { secrets: { state, nonce, verifier }, asking: { maxAge, language } }: Exchange,
): Promise<string> {
  const address = oidc.buildAuthorizationUrl(configuration, {
    ...{ redirect_uri: redirectUri, scope: scopes.join(' '), state, nonce },
    ...{ code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    ...defined({
      max_age: maxAge === undefined ? undefined : String(maxAge),
      ui_locales: language,
      acr_values: acr.length === 0 ? undefined : acr.join(' '),
    }),
  });
  return address.href;
}

async function completed(
  { claimsFrom }: IdentityProviderConfig,
  configuration: oidc.Configuration,
  answer: URL,
  { secrets: { state, nonce, verifier }, asking }: Exchange,
): Promise<Vouched> {
  const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
    ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
    ...defined({ maxAge: asking.maxAge }),
  });
  const token = tokens.claims();
  if (!token) throw new ProviderError('untrusted', 'id_token');
  const claims =
    claimsFrom === 'id_token' ? token : await oidc.fetchUserInfo(configuration, tokens.access_token, token.sub);
  const { amr, acr, auth_time: authTime } = token;
  return {
    claims: claims,
    amr: Array.isArray(amr) ? amr.filter(method => typeof method === 'string') : [],
    acr: typeof acr === 'string' ? acr : undefined,
    authTime: typeof authTime === 'number' ? authTime * 1000 : undefined,
  };
}
