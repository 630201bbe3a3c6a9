/** A refresh token that is used again may be in a thief's hand: the person is told, not more often than is of use. */
import type { DocumentChange } from '../../store/port.js';
import type { Limiter } from '../limits/limiter.js';
import type { AccountSecurity } from './account-security.js';
import type { CredentialReader } from './credential.js';

export interface TokenReuseParts {
  readonly limiter: Pick<Limiter, 'take'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly security: Pick<AccountSecurity, 'told'>;
}

/** The changes that queue the notice; none where the person was told a short time ago. @param account `Person/1` */
export async function reuseTold(
  account: string,
  { limiter, credentials, security }: TokenReuseParts,
): Promise<DocumentChange[]> {
  if ((await limiter.take([{ limit: 'reuse-told', of: account }])) !== undefined) return [];
  const address = (await credentials.of(account))?.credential.address;
  return security.told({ event: 'app-access-ended', account, address });
}
