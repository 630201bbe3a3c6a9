/**
 * The SMART configuration of an endpoint: where its authorization server is and what it can do.
 * https://hl7.org/fhir/smart-app-launch/conformance.html
 */
import type { Endpoint } from '../../definitions/endpoint.js';
import type { JsonObject } from '../../fhir/resource.js';
import type { Addresses } from './addresses.js';
import { assertionAlgorithms, fixedScopes } from './scopes.table.js';

/** Capabilities for apps, which people launch. */
const APPS = [
  ...['launch-standalone', 'launch-ehr', 'authorize-post', 'client-public'],
  ...['sso-openid-connect', 'context-banner', 'context-style'],
  ...['context-standalone-patient', 'context-ehr-patient', 'context-ehr-encounter'],
  ...['permission-offline', 'permission-online', 'permission-patient', 'permission-user'],
];

/** Capabilities for every client. */
const ALL = ['client-confidential-symmetric', 'client-confidential-asymmetric', 'permission-v1', 'permission-v2'];

/** Scopes for apps on types that the endpoint serves, and for systems on all. */
const scopesFor = (apps: boolean, systems: boolean, { resources, view }: Endpoint): string[] => [
  ...(apps ? [...fixedScopes, 'patient/*.rs', view.readOnly ? 'user/*.rs' : 'user/*.cruds'] : []),
  ...(apps ? [...resources.keys()].map(type => `patient/${type}.rs`) : []),
  ...(systems ? ['system/*.cruds', 'system/*.rs'] : []),
];

/**
 * The document below `/.well-known/` of this endpoint; undefined if there is none of this name.
 * @param registers apps may register themselves
 */
export function wellKnown(
  addresses: Addresses,
  name: string,
  endpoint: Endpoint,
  registers: boolean,
): JsonObject | undefined {
  if (name !== 'smart-configuration') return undefined;
  const apps = endpoint.admits({ registrations: new Set(['app']) });
  const systems = endpoint.admits({ registrations: new Set(['system', 'customer']) });
  const partners = endpoint.admits({ registrations: new Set(['tethered']) });
  return {
    ...(apps ? { issuer: addresses.issuer, jwks_uri: addresses.jwks } : {}),
    ...(apps ? { authorization_endpoint: addresses.authorization } : {}),
    token_endpoint: addresses.token,
    introspection_endpoint: addresses.introspection,
    revocation_endpoint: addresses.revocation,
    ...(apps && registers ? { registration_endpoint: addresses.registration } : {}),
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
    grant_types_supported: [
      ...(apps ? ['authorization_code', 'refresh_token'] : []),
      ...(systems || partners ? ['client_credentials'] : []),
    ],
    response_types_supported: apps ? ['code'] : [],
    scopes_supported: scopesFor(apps, systems, endpoint),
    code_challenge_methods_supported: ['S256'],
    capabilities: [...(apps ? APPS : []), ...ALL],
  };
}
