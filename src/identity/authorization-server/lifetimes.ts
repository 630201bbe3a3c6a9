/** How long what the authorization server issues holds, in seconds, and who is told about it. */
import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { ClientRegistry } from './clients.js';
import { GRANT_LIFETIME } from './grants.js';

const HOUR = 3600;

/** Of a refresh token for as long as a person is there. */
const ONLINE = 12 * HOUR;

/** A rotated refresh token ends when the first of its family would have ended. */
function refreshTokenLifetime(context: KoaContextWithOIDC, token: { scopes: Set<string> }): number {
  const before = context.oidc.entities.RotatedRefreshToken;
  if (before) return Math.max(before.remainingTTL, 1);
  return token.scopes.has('offline_access') ? GRANT_LIFETIME : ONLINE;
}

export const lifetimes: Pick<
  Configuration,
  'ttl' | 'rotateRefreshToken' | 'issueRefreshToken' | 'expiresWithSession' | 'revokeGrantPolicy'
> = {
  ttl: {
    AccessToken: HOUR,
    AuthorizationCode: 60,
    ClientCredentials: 300,
    Grant: GRANT_LIFETIME,
    IdToken: HOUR,
    Interaction: HOUR,
    RefreshToken: refreshTokenLifetime,
    Session: HOUR,
  },
  rotateRefreshToken: true,
  issueRefreshToken: (_context, client, { scopes }) =>
    Promise.resolve(
      client.grantTypeAllowed('refresh_token') && (scopes.has('offline_access') || scopes.has('online_access')),
    ),
  // Tokens end with their grant: a second launch of an app leaves the first alone.
  expiresWithSession: () => false,
  // Every launch has a grant of its own: whoever revokes one of its tokens revokes all.
  revokeGrantPolicy: () => true,
};

/** Seconds that a client's assertion holds at most: https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html */
const ASSERTION = 300;
/** Seconds of clock difference forgiven. */
const LEEWAY = 15;

/** Refuses an assertion that could be used for long. */
export async function shortLived(_context: unknown, { exp }: Readonly<Record<string, unknown>>): Promise<void> {
  const left = Number(exp) - Math.floor(Date.now() / 1000);
  if (left > ASSERTION + LEEWAY) throw new errors.InvalidClientAuth('the assertion holds for more than five minutes');
}

/** Whoever introspects a token: the client it was issued to, and resource servers. */
export const shared =
  ({ find }: Pick<ClientRegistry, 'find'>) =>
  async (
    _context: unknown,
    { clientId }: { clientId: string },
    token: { clientId?: string | undefined },
  ): Promise<boolean> =>
    clientId === token.clientId || (await find(clientId))?.introspects === true;
