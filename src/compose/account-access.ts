/** What operations and the store do to how accounts are signed in to, before there are pages: it needs records alone. */
import type { KeyObject } from 'node:crypto';
import type { Ending } from '../access/closed-accounts.js';
import { outboxDocuments } from '../delivery/outbox.js';
import type { World } from '../fhir/clock.js';
import { createAccountAccess, endedWithAccount } from '../identity/accounts/account-access.js';
import { createAccountSecurity } from '../identity/accounts/account-security.js';
import { credentialReader } from '../identity/accounts/credential.js';
import { signInMethods } from '../identity/accounts/sign-in-method.js';
import type { Grants } from '../identity/authorization-server/grants.js';
import { createLimiter } from '../identity/limits/limiter.js';
import { endingSessions } from '../identity/sessions/sessions.js';
import type { AccountAccess } from '../service.js';
import type { Records } from '../store/port.js';

/** The access to accounts, and what ends with one that is closed. */
export function accountAccessIn(
  records: Records,
  world: World,
  grants: Grants,
  secret: KeyObject,
): { readonly accountAccess: AccountAccess; readonly ending: Ending } {
  const { clock } = world;
  const sessions = { ending: (account: string) => endingSessions(account, { records, clock, grants }) };
  const security = createAccountSecurity(sessions, grants, effect => outboxDocuments(effect, world));
  const credentials = credentialReader(records, clock);
  const limiter = createLimiter(secret, { records, clock });
  return {
    accountAccess: createAccountAccess({ limiter, credentials, methods: signInMethods(records, clock), security }),
    ending: account => endedWithAccount(account, security),
  };
}
