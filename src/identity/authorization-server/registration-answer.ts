/** A client as it is told to those who may know it: never its secret's hash. https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 */
import { defined } from '../../fhir/defined.js';
import { grantTypesOf, type RegisteredClient } from './registered-client.js';

export function registrationAnswer(client: RegisteredClient, secret?: string): Readonly<Record<string, unknown>> {
  const { id, name, kind, integration, scope, authMethod, redirectUris, jwks, jwksUri, launchUri } = client;
  const grants = grantTypesOf(client);
  return defined({
    client_id: id,
    client_secret: secret,
    client_secret_expires_at: secret === undefined ? undefined : 0,
    client_name: name,
    kind,
    integration,
    scope,
    token_endpoint_auth_method: authMethod,
    redirect_uris: redirectUris.length > 0 ? redirectUris : undefined,
    grant_types: grants,
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    jwks,
    jwks_uri: jwksUri,
    initiate_login_uri: launchUri,
    introspects: client.introspects,
    disabled: client.disabled,
  });
}
