/** What may be a thief's doing is told to the person of an account, not more often than is of use. */
import type { Effect } from '../../portal/effect.js';
import type { DocumentChange } from '../../store/port.js';
import type { Limiter } from '../limits/limiter.js';
import { accountNotice } from './account-notice.js';
import type { CredentialReader } from './credential.js';

export interface SafetyNoticeParts {
  readonly limiter: Pick<Limiter, 'take'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly outbox: (effect: Effect) => DocumentChange[];
}

/** The changes that queue a notice; none where the same was told a short time ago. @param account `Person/1` */
export async function safetyNotice(
  event: 'app-access-ended' | 'session-ended',
  account: string,
  { limiter, credentials, outbox }: SafetyNoticeParts,
): Promise<DocumentChange[]> {
  if ((await limiter.take([{ limit: 'safety-told', of: `${event} ${account}` }])) !== undefined) return [];
  const address = (await credentials.of(account))?.credential.address;
  return outbox(accountNotice({ event, account, address }));
}
