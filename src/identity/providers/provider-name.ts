/** What people call a provider. */
import type { IdentityProviderConfig } from '../../config/identity-providers.js';

/** In this language, in the one that it is a variant of, or in the first that there is. @param language BCP 47 */
export function providerName({ name }: Pick<IdentityProviderConfig, 'name'>, language: string): string {
  const [base = ''] = language.split('-');
  return name[language] ?? name[base] ?? Object.values(name)[0] ?? '';
}
