/** A registered client in the provider's words. https://www.rfc-editor.org/rfc/rfc7591#section-2 */
import type { AdapterPayload } from 'oidc-provider';
import { defined } from '../../fhir/defined.js';
import { isTethered } from './client-kinds.table.js';
import { grantTypesOf, type RegisteredClient } from './registered-client.js';

/** The property under which the provider keeps the scopes of a client: its own `scope` takes none of resources. */
export const REGISTERED_SCOPE = 'smart_scope';

/** The property that marks clients whose tokens are each for one patient. */
export const TETHERED = 'tethered';

const WEB = /^https?:/;

/** Undefined for no client, and for one that is disabled. */
export function clientMetadata(client: RegisteredClient | undefined): AdapterPayload | undefined {
  if (!client || client.disabled === true) return undefined;
  const { id, kind, name, redirectUris, authMethod, secretHash, jwks, jwksUri, scope } = client;
  const grants = grantTypesOf(client);
  return defined({
    client_id: id,
    client_name: name,
    redirect_uris: [...redirectUris],
    grant_types: grants,
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    [TETHERED]: isTethered(kind) || undefined,
    // Addresses of native clients would match on any port of the loopback interface.
    application_type: redirectUris.every(uri => WEB.test(uri)) ? 'web' : 'native',
    token_endpoint_auth_method: authMethod,
    client_secret: secretHash,
    jwks,
    jwks_uri: jwksUri,
    [REGISTERED_SCOPE]: scope,
  }) as AdapterPayload;
}
