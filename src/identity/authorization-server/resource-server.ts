/**
 * Scopes of resources: what a client may be granted of what it asks for. To the provider they are those of a resource server,
 * which is one for all endpoints. https://www.rfc-editor.org/rfc/rfc8707
 */
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { parseScope } from '../../access/scope.js';
import { scopesWithin } from '../../access/scope-bounds.js';
import { REGISTERED_SCOPE } from './client-metadata.js';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** @param audience names this server in tokens */
export const resourceServer = (audience: string): ResourceIndicators => ({
  enabled: true,
  defaultResource: () => audience,
  useGrantedResource: () => true,
  getResourceServerInfo: (context, resource, client) => {
    if (resource !== audience) throw new errors.InvalidTarget();
    const registered = String((client as Record<string, unknown>)[REGISTERED_SCOPE] ?? '');
    return { scope: grantable(context, registered), audience, accessTokenFormat: 'opaque' };
  },
});

function grantable(context: KoaContextWithOIDC, registered: string): string {
  const { AuthorizationCode, RefreshToken } = context.oidc.entities;
  const params = context.oidc.params as { scope?: string; grant_type?: string };
  const issued = AuthorizationCode ?? RefreshToken;
  if (issued) return scopesWithin(issued.scope ?? '', registered);
  const system = params.grant_type === 'client_credentials';
  const asked = params.scope ?? '';
  if (system && !asked.split(' ').every(isSystemScope))
    throw new errors.InvalidScope('only system scopes can be requested', asked);
  const people = scopesWithin(asked, registered)
    .split(' ')
    .filter(word => system || !word.startsWith('system/'));
  const scope = people.join(' ');
  if (scope === '') throw new errors.InvalidScope('none of the requested scopes can be granted', asked);
  // What the provider passes on is what was asked for: from here on that is what can be granted.
  params.scope = scope;
  return scope;
}

const isSystemScope = (word: string): boolean => parseScope(word)?.context === 'system';

/** `aud` names the endpoint that an app believes to talk to: a false one would be sent the tokens. */
export const checkAudience = (audiences: ReadonlySet<string>) => (_context: unknown, value: string | undefined) => {
  if (value === undefined || !audiences.has(value.replace(/\/$/, ''))) {
    throw new errors.InvalidRequest('aud must be the base URL of a FHIR endpoint of this server');
  }
};
