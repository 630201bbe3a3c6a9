/** A browser is sent to a provider. */
import type { AccountKind, CredentialPolicy } from '../accounts/credential-policy.js';
import { FRESH } from '../accounts/confirm.js';
import type { Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import { flowSecretsOf, type AuthenticationRequests, type Purpose } from './authentication-request.js';
import { providerError, type ProviderError, type ProviderFailure } from './provider-error.js';
import type { Providers } from './providers.js';
import type { Asking } from './relying-party.js';

export interface DepartureParts {
  readonly providers: Providers;
  readonly requests: AuthenticationRequests;
  readonly policy: Pick<CredentialPolicy, 'allowsExternal'>;
  readonly limiter: Pick<Limiter, 'take'>;
  /** Told of a provider that does not do as it should. */
  readonly report: (provider: string, error: ProviderError) => void;
}

export type Departure =
  /** `to` is the address at the provider, `cookie` the Set-Cookie field. */
  | { readonly kind: 'leave'; readonly to: string; readonly cookie: string }
  /** There is no such provider, or none for anybody at this moment. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly failure: ProviderFailure }
  /** Milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number };

/** @param language of the page: BCP 47 */
export async function depart(
  visitor: Visitor,
  { key, purpose, language }: { readonly key: string; readonly purpose: Purpose; readonly language: string },
  parts: DepartureParts,
): Promise<Departure> {
  const provider = parts.providers.get(key);
  if (!provider || !(await isForAnybody(key, provider.config.serves, parts))) return { kind: 'unknown' };
  const wait = await parts.limiter.take([{ limit: 'external-network', of: visitor.network }]);
  if (wait !== undefined) return { kind: 'wait', wait };
  const { secret, cookie } = await parts.requests.keep({ provider: key, purpose, language });
  try {
    const to = await provider.party.begin(flowSecretsOf(secret), askingOf(purpose, language));
    return { kind: 'leave', to, cookie };
  } catch (error) {
    const known = providerError(error);
    parts.report(key, known);
    return { kind: 'failed', failure: known.failure };
  }
}

/** What is asked of the provider for this purpose. */
export const askingOf = (purpose: Purpose, language: string): Asking => ({
  language,
  maxAge: purpose.kind === 'sign-in' && purpose.isFresh === true ? FRESH / 1000 : undefined,
});

const isForAnybody = async (
  key: string,
  serves: readonly AccountKind[],
  { policy }: Pick<DepartureParts, 'policy'>,
): Promise<boolean> => (await Promise.all(serves.map(kind => policy.allowsExternal(kind, key)))).includes(true);
