/** The configured identity providers, each with this server as its client. */
import type { IdentityProviderConfig } from '../../config/identity-providers.js';
import { createRelyingParty, type RelyingParty, type RelyingPartyParts } from './relying-party.js';

export interface Provider {
  readonly config: IdentityProviderConfig;
  readonly party: RelyingParty;
}

/** By key. */
export type Providers = ReadonlyMap<string, Provider>;

/** The path of a provider's own callback: an answer to one is no answer to another. https://www.rfc-editor.org/rfc/rfc9700#section-4.4 */
export const callbackPath = (key: string): string => `/external/${key}/callback`;

/** @param url the server's public address */
export const createProviders = (
  configs: readonly IdentityProviderConfig[],
  { url, ...parts }: Omit<RelyingPartyParts, 'redirectUri'> & { readonly url: string },
): Providers =>
  new Map(
    configs.map(config => {
      const party = createRelyingParty(config, { ...parts, redirectUri: `${url}${callbackPath(config.key)}` });
      return [config.key, { config, party }];
    }),
  );
