/** What member administration changes of how an account is signed in to: private records, as changes for one commit. */
import { endingActivation } from '../../portal/account-standing.js';
import type { AccountAccess } from '../../service.js';
import type { DocumentChange } from '../../store/port.js';
import { knownTries } from '../limits/known-browsers.js';
import type { Limiter } from '../limits/limiter.js';
import type { AccountSecurity } from './account-security.js';
import { changedCredential, NO_FACTOR, type Credential, type CredentialReader } from './credential.js';
import { endOfMethod, type SignInMethods } from './sign-in-method.js';
import { foldUserName } from './user-name.js';

export interface AccountAccessParts {
  readonly limiter: Pick<Limiter, 'forgetting'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly methods: Pick<SignInMethods, 'of'>;
  readonly security: AccountSecurity;
}

export function createAccountAccess({ limiter, credentials, methods, security }: AccountAccessParts): AccountAccess {
  return {
    async unlocking(account) {
      const stored = await credentials.of(account);
      const name = foldUserName(stored?.credential.userName ?? account);
      return [
        limiter.forgetting({ limit: 'password-account', of: name }),
        limiter.forgetting({ limit: 'password-account', of: knownTries(name) }),
        limiter.forgetting({ limit: 'factor-account', of: account }),
        limiter.forgetting({ limit: 'code-sent', of: account }),
      ];
    },
    async withoutFactors(account) {
      const stored = await credentials.of(account);
      const passkeys = (await methods.of(account)).filter(({ method }) => method.kind === 'passkey');
      if (!stored || (passkeys.length === 0 && !hasFactor(stored.credential))) return [];
      const { address } = stored.credential;
      return [
        changedCredential(stored, NO_FACTOR),
        ...passkeys.map(endOfMethod),
        ...(await security.signedOut(account)),
        ...security.told({ event: 'factor-reset', account, address }),
      ];
    },
  };
}

const hasFactor = (credential: Credential): boolean =>
  (Object.keys(NO_FACTOR) as (keyof typeof NO_FACTOR)[]).some(name => credential[name] !== undefined);

/** The changes that end what a closed account is signed in with, and the activation that would open it. */
export const endedWithAccount = async (
  account: string,
  { signedOut }: Pick<AccountSecurity, 'signedOut'>,
): Promise<DocumentChange[]> => [...(await signedOut(account)), endingActivation(account)];
