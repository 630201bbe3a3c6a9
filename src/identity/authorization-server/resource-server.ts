/**
 * Scopes of resources: what a client may be granted of what it asks for. To the provider they are those of a resource server,
 * which is one for all endpoints. https://www.rfc-editor.org/rfc/rfc8707
 */
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { parseScope } from '../../access/scope.js';
import { scopesWithin } from '../../access/scope-bounds.js';
import { REGISTERED_SCOPE, TETHERED } from './client-metadata.js';
import type { Tethers } from './tethers.js';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/**
 * @param audience names this server in tokens
 * @param tethers by which partners see single patients
 */
export const resourceServer = (audience: string, tethers: Pick<Tethers, 'of'>): ResourceIndicators => ({
  enabled: true,
  defaultResource: () => audience,
  useGrantedResource: () => true,
  getResourceServerInfo: async (context, resource, client) => {
    if (resource !== audience) throw new errors.InvalidTarget();
    const metadata = client as unknown as Record<string, unknown>;
    const registered = String(metadata[REGISTERED_SCOPE] ?? '');
    const tethered = metadata[TETHERED] === true && isSystemRequest(context);
    const scope = tethered ? await tetheredScope(context, registered, tethers) : grantable(context, registered);
    return { scope, audience, accessTokenFormat: 'opaque' };
  },
});

function grantable(context: KoaContextWithOIDC, registered: string): string {
  const { AuthorizationCode, RefreshToken } = context.oidc.entities;
  const params = context.oidc.params as { scope?: string; grant_type?: string };
  const issued = AuthorizationCode ?? RefreshToken;
  if (issued) return scopesWithin(issued.scope ?? '', registered);
  const system = isSystemRequest(context);
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

const isSystemRequest = ({ oidc }: KoaContextWithOIDC): boolean =>
  (oidc.params as { grant_type?: string }).grant_type === 'client_credentials';

/** What a token request says beside the grant: which patient, and by which grant of theirs. */
const tethersOfRequests = new WeakMap<object, { readonly patient: string; readonly tether: string }>();

export const tetherIn = ({ oidc }: KoaContextWithOIDC) => tethersOfRequests.get(oidc);

/** Whether there is such a patient is told to nobody who has no grant for them. */
async function tetheredScope(
  { oidc }: KoaContextWithOIDC,
  registered: string,
  tethers: Pick<Tethers, 'of'>,
): Promise<string> {
  const { patient } = (oidc.body ?? {}) as { patient?: unknown };
  const tether = typeof patient === 'string' ? await tethers.of(oidc.client?.clientId ?? '', patient) : undefined;
  if (!tether || typeof patient !== 'string')
    throw new errors.InvalidGrant('patient names nobody who is granted to this client');
  const params = oidc.params as { scope?: string };
  const scope = scopesWithin(scopesWithin(params.scope ?? tether.scope, registered), tether.scope);
  const words = scope.split(' ').filter(word => parseScope(word)?.context === 'patient');
  if (words.length === 0)
    throw new errors.InvalidScope('none of the requested scopes can be granted', params.scope ?? '');
  params.scope = words.join(' ');
  tethersOfRequests.set(oidc, { patient, tether: tether.id });
  return params.scope;
}

const isSystemScope = (word: string): boolean => parseScope(word)?.context === 'system';

/** `aud` names the endpoint that an app believes to talk to: a false one would be sent the tokens. */
export const checkAudience = (audiences: ReadonlySet<string>) => (_context: unknown, value: string | undefined) => {
  if (value === undefined || !audiences.has(value.replace(/\/$/, ''))) {
    throw new errors.InvalidRequest('aud must be the base URL of a FHIR endpoint of this server');
  }
};
