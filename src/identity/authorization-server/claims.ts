/** What tokens say: about the person in the id_token, about the launch beside the access token and on introspection. */
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Actor } from '../../access/actor.js';
import type { GrantDetails, GrantDetailsStore } from './launch-context.js';

export interface ClaimParts {
  /** Who a person is at this moment, whose account this is; undefined where they may not be signed in. */
  readonly actorOf: (account: string) => Promise<Actor | undefined>;
  details: Pick<GrantDetailsStore, 'read'>;
  /** Base URL under which people are known. */
  peopleBase: string;
}

type FindAccount = NonNullable<Configuration['findAccount']>;

/** Finds nobody where a token's patient is out of the person's reach: nothing is issued any more then. */
export function accountFinder({ actorOf, details, peopleBase }: ClaimParts): FindAccount {
  return async (_context, accountId, token) => {
    const actor = await actorOf(accountId);
    if (!actor) return undefined;
    const grantId = (token as { grantId?: string } | undefined)?.grantId;
    const grant = grantId === undefined ? undefined : await details.read(grantId);
    if (grant && !reaches(actor, grant)) return undefined;
    const fhirUser = `${peopleBase}/${grant?.fhirUser ?? accountId}`;
    return { accountId, claims: () => ({ sub: accountId, fhirUser }) };
  };
}

const reaches = ({ kind, patients }: Actor, { context: { patient } }: GrantDetails): boolean =>
  patient === undefined || kind === 'staff' || patients.includes(patient);

/** The members of an access token that introspection shows: https://hl7.org/fhir/smart-app-launch/token-introspection.html */
export function tokenClaims({ details, peopleBase }: ClaimParts): NonNullable<Configuration['extraTokenClaims']> {
  return async (_context, token) => {
    if (token.kind !== 'AccessToken') return undefined;
    const { grantId = '', scope = '' } = token as { grantId?: string; scope?: string };
    const grant = await details.read(grantId);
    if (!grant) return undefined;
    const named = scope.split(' ').includes('fhirUser');
    return { ...grant.context, ...(named ? { fhirUser: `${peopleBase}/${grant.fhirUser}` } : {}) };
  };
}

const SESSION_COOKIE = /^_session(\.sig)?=/;

/**
 * Koa middleware around the provider: asks for consent at every launch, and puts the launch context beside the access token.
 */
export async function responseMembers(context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  askForConsent(context);
  await next();
  // The provider's own session is kept nowhere, so its cookie means nothing.
  const cookies = [context.response.get('set-cookie')]
    .flat()
    .filter(cookie => cookie !== '' && !SESSION_COOKIE.test(cookie));
  if (cookies.length > 0) context.set('set-cookie', cookies);
  else context.remove('set-cookie');
  const body = context.body as Record<string, unknown> | undefined;
  // Of an address that the provider does not serve there is none.
  const { oidc } = context as Partial<KoaContextWithOIDC>;
  if (oidc?.route !== 'token' || context.status !== 200 || body?.['access_token'] === undefined) return;
  const { extra = {} } = (oidc.entities.AccessToken ?? {}) as { extra?: Record<string, unknown> };
  const { fhirUser: _named, ...launch } = extra;
  context.body = { ...body, ...launch };
}

/** Without `prompt=consent` the provider drops offline_access, and answers from an earlier grant. */
function askForConsent(context: KoaContextWithOIDC): void {
  const { prompt = '' } = context.query as { prompt?: unknown };
  if (typeof prompt !== 'string') return;
  const prompts = new Set(prompt.split(' ').filter(word => word !== ''));
  if (prompts.has('none') || prompts.has('consent')) return;
  if (context.method === 'GET' && context.path === '/authorize') {
    context.query = { ...context.query, prompt: [...prompts, 'consent'].join(' ') };
  }
}
