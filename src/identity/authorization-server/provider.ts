/**
 * The authorization server: oidc-provider with the rules of SMART App Launch.
 * https://hl7.org/fhir/smart-app-launch/app-launch.html https://github.com/panva/node-oidc-provider/tree/main/docs
 */
import { Provider, type Configuration, type JWK } from 'oidc-provider';
import { newOpaque } from '../../access/opaque.js';
import type { Random } from '../../fhir/clock.js';
import { secretHash } from '../../fhir/secret.js';
import type { OutboundSettings } from '../../outbound/outbound.js';
import { routes, type Addresses } from './addresses.js';
import { clientFetch } from './client-fetch.js';
import { accountFinder, tokenClaims, type ClaimParts } from './claims.js';
import type { Grants } from './grants.js';
import { REGISTERED_SCOPE, TETHERED } from './client-metadata.js';
import { lifetimes, shared, shortLived } from './lifetimes.js';
import { smartMiddleware } from './middleware.js';
import { recordsAdapter, type AdapterParts } from './records-adapter.js';
import { authMethods } from './registered-client.js';
import type { Tethers } from './tethers.js';
import { checkAudience, resourceServer } from './resource-server.js';
import { assertionAlgorithms, fixedScopes } from './scopes.table.js';

export interface ProviderParts extends AdapterParts, ClaimParts {
  readonly grants: Pick<Grants, 'read' | 'use'>;
  tethers: Pick<Tethers, 'of'>;
  addresses: Addresses;
  random: Random;
  /** Those that sign, the first one now. */
  keys: readonly JWK[];
  /** Signs the cookies of interactions. */
  cookieKey: string;
  /** Base URLs of the endpoints that apps are launched for. */
  audiences: ReadonlySet<string>;
  outbound: OutboundSettings;
  /** Apps may register themselves. */
  registers: boolean;
  /** Clients on this machine may publish their keys from it. */
  loopbackKeys: boolean;
  /** Shows an error to a person. */
  renderError: NonNullable<Configuration['renderError']>;
  report(error: unknown): void;
}

export function createProvider(parts: ProviderParts): Provider {
  const provider = new Provider(parts.addresses.issuer, configurationOf(parts));
  provider.proxy = true;
  provider.on('server_error', (_context, error) => parts.report(error));
  keepOnlyHashes(provider, parts);
  provider.use(smartMiddleware);
  return provider;
}

/** Secrets of clients are compared by their hash; access tokens are made as access/opaque.ts has them. */
function keepOnlyHashes({ Client, AccessToken, ClientCredentials }: Provider, { random }: ProviderParts): void {
  Object.assign(Client.prototype, {
    compareClientSecret(this: { clientSecret?: string }, given: string): boolean {
      return secretHash(given) === this.clientSecret;
    },
  });
  function generateTokenId(this: { format?: string }): string {
    this.format = 'opaque';
    return newOpaque(random);
  }
  Object.assign(AccessToken.prototype, { generateTokenId });
  Object.assign(ClientCredentials.prototype, { generateTokenId });
}

function configurationOf(parts: ProviderParts): Configuration {
  const { keys, cookieKey, loopbackKeys, renderError } = parts;
  return {
    adapter: model => recordsAdapter(model, parts),
    jwks: { keys },
    routes: { ...routes },
    cookies: {
      keys: [cookieKey],
      short: { httpOnly: true, sameSite: 'lax', signed: true },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    // Scopes of resources are the resource server's: see resourceIndicators.
    scopes: [...fixedScopes],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['fhirUser'] },
    // Apps read fhirUser in the id_token.
    conformIdTokenClaims: false,
    extraParams: { aud: checkAudience(parts.audiences), launch: null },
    extraClientMetadata: { properties: [REGISTERED_SCOPE, TETHERED] },
    clientAuthMethods: [...authMethods],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms] },
    clientBasedCORS: (_context, origin, client) =>
      (client.redirectUris ?? []).some(uri => URL.parse(uri)?.origin === origin),
    pkce: { required: () => true },
    responseTypes: ['code'],
    fetch: clientFetch(parts.outbound, loopbackKeys),
    findAccount: accountFinder(parts),
    assertJwtClientAuthClaimsAndHeader: shortLived,
    extraTokenClaims: tokenClaims(parts),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    renderError,
    discovery: {
      introspection_endpoint_auth_methods_supported: authMethods,
      revocation_endpoint_auth_methods_supported: authMethods,
      ...(parts.registers ? { registration_endpoint: parts.addresses.registration } : {}),
    },
    ...lifetimes,
    features: {
      devInteractions: { enabled: false },
      // Endpoints take bearer tokens: one bound to a key would promise more.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: shared(parts.clients) },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => client.clientId === token.clientId },
      resourceIndicators: resourceServer(parts.addresses.issuer, parts.tethers),
    },
  };
}
