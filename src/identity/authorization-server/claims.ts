/** What tokens say: about the person in the id_token, about the launch on introspection. */
import type { Configuration } from 'oidc-provider';
import type { Actor } from '../../access/actor.js';
import type { GrantDetails, Grants } from './grants.js';
import { tetherIn } from './resource-server.js';

export interface ClaimParts {
  /** Who a person is at this moment, whose account this is; undefined where they may not be signed in. */
  readonly actorOf: (account: string) => Promise<Actor | undefined>;
  readonly grants: Pick<Grants, 'read'>;
  /** Base URL under which people are known. */
  peopleBase: string;
}

type FindAccount = NonNullable<Configuration['findAccount']>;

/** Finds nobody where a token's patient is out of the person's reach: nothing is issued any more then. */
export function accountFinder({ actorOf, grants, peopleBase }: ClaimParts): FindAccount {
  return async (_context, accountId, token) => {
    const actor = await actorOf(accountId);
    if (!actor) return undefined;
    const grantId = (token as { grantId?: string } | undefined)?.grantId;
    const grant = grantId === undefined ? undefined : await grants.read(grantId);
    if (grant && !reaches(actor, grant)) return undefined;
    const fhirUser = `${peopleBase}/${grant?.fhirUser ?? accountId}`;
    return { accountId, claims: () => ({ sub: accountId, fhirUser }) };
  };
}

const reaches = ({ kind, patients }: Actor, { context: { patient } }: GrantDetails): boolean =>
  patient === undefined || kind === 'staff' || patients.includes(patient);

/** The members of an access token that introspection shows: https://hl7.org/fhir/smart-app-launch/token-introspection.html */
export function tokenClaims({ grants, peopleBase }: ClaimParts): NonNullable<Configuration['extraTokenClaims']> {
  return async (context, token) => {
    if (token.kind !== 'AccessToken') return tetherIn(context);
    const { grantId = '', scope = '' } = token as { grantId?: string; scope?: string };
    const grant = await grants.read(grantId);
    if (!grant) return undefined;
    const named = scope.split(' ').includes('fhirUser');
    return { ...grant.context, ...(named ? { fhirUser: `${peopleBase}/${grant.fhirUser}` } : {}) };
  };
}
