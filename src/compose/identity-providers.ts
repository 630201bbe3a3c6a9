/** Identity providers: the way there and back, what pages offer of them, and how their identities are linked to accounts. */
import type { Config } from '../config/config.js';
import type { IdentityProviderConfig } from '../config/identity-providers.js';
import type { AccountKind, CredentialPolicy } from '../identity/accounts/credential-policy.js';
import { arrive, type ArrivalParts } from '../identity/providers/arrival.js';
import { createAuthenticationRequests } from '../identity/providers/authentication-request.js';
import { depart } from '../identity/providers/departure.js';
import {
  askCode,
  bringCode,
  broughtBy,
  connect,
  ownerOf,
  type OwnerProofParts,
} from '../identity/providers/proof-of-owner.js';
import { providerName } from '../identity/providers/provider-name.js';
import { callbackPath, createProviders } from '../identity/providers/providers.js';
import { createUnlinkedIdentities } from '../identity/providers/unlinked-identity.js';
import type { BrowserRecordParts } from '../identity/sessions/browser-record.js';
import type { Log } from '../observe/log.js';
import type { Outbound } from '../outbound/outbound.js';
import type { ExternalPageParts } from '../pages/account/external.js';
import type { WaysParts } from '../pages/account/provider-buttons.js';
import type { UnlinkedPageParts } from '../pages/account/unlinked.js';
import type { Limiter } from '../identity/limits/limiter.js';

export type IdentityProviderParts = Omit<
  ArrivalParts & OwnerProofParts,
  'providers' | 'requests' | 'unlinked' | 'report' | 'limiter'
> &
  BrowserRecordParts & {
    readonly config: Config;
    readonly outbound: Outbound;
    readonly limiter: Limiter;
    readonly log: Log;
  };

/** What the pages do with identity providers. */
export function identityProviders(parts: IdentityProviderParts): ExternalPageParts & UnlinkedPageParts {
  const { config, outbound, clock, log, policy } = parts;
  const { identityProviders: configs, url } = config;
  const providers = createProviders(configs, { url, fetch: outbound.fetch, clock });
  const report: ArrivalParts['report'] = (provider, { failure, code }) =>
    log.warn('identity provider', { provider, failure, code });
  const [requests, unlinked] = [createAuthenticationRequests(parts), createUnlinkedIdentities(parts)];
  const all = { ...parts, providers, requests, unlinked, report };
  return {
    callbacks: new Map(configs.map(({ key }) => [key, callbackPath(key)])),
    providerName: (key, language) => {
      const provider = providers.get(key);
      return provider ? providerName(provider.config, language) : '';
    },
    depart: (visitor, to) => depart(visitor, to, all),
    arrive: (visitor, key, answer) => arrive(visitor, key, answer, all),
    ways: waysIn(configs, policy),
    brought: visitor => broughtBy(visitor, all),
    hasOwner: async (visitor, brought) => (await ownerOf(visitor, brought, all)) !== undefined,
    connect: visitor => connect(visitor, all),
    askLink: visitor => askCode(visitor, all),
    bringLink: (visitor, code) => bringCode(visitor, code, all),
  };
}

/** How accounts of some kinds are signed in to at this moment. */
const waysIn =
  (providers: readonly IdentityProviderConfig[], policy: CredentialPolicy): WaysParts['ways'] =>
  async (kinds, language) => {
    const isOffered = async (key: string) => isForOne(kinds, kind => policy.allowsExternal(kind, key));
    const offered = await Promise.all(providers.map(({ key }) => isOffered(key)));
    return {
      own: await isForOne(kinds, kind => policy.allowsOwn(kind)),
      providers: providers
        .filter((_, at) => offered[at])
        .map(provider => ({ key: provider.key, name: providerName(provider, language) })),
    };
  };

const isForOne = async (
  kinds: readonly AccountKind[],
  allows: (kind: AccountKind) => Promise<boolean>,
): Promise<boolean> => (await Promise.all(kinds.map(allows))).includes(true);
