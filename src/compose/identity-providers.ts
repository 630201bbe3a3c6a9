/** Identity providers: what pages offer of them. */
import type { IdentityProviderConfig } from '../config/identity-providers.js';
import type { AccountKind, CredentialPolicy } from '../identity/accounts/credential-policy.js';
import { providerName } from '../identity/providers/provider-name.js';
import type { WaysParts } from '../pages/account/provider-buttons.js';

/** How accounts of some kinds are signed in to at this moment. */
export const waysIn =
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
