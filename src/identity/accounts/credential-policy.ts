/**
 * Whose credentials an account is signed in with at this moment: the organization chooses a model for members and one for staff,
 * and a provider serves the one, the other or both.
 */
import type { Credential } from './credential.js';
import type { SignInMethods, StoredMethod } from './sign-in-method.js';

export type CredentialModel = 'own' | 'external' | 'both';

/** Whose accounts: of members (`Person/1`), or of staff (`Practitioner/1`). */
export type AccountKind = 'members' | 'staff';

export const kindOf = (account: string): AccountKind => (account.startsWith('Practitioner/') ? 'staff' : 'members');

export interface CredentialPolicy {
  /** Whether these accounts have credentials of their own: a password, a passkey. */
  allowsOwn(kind: AccountKind): Promise<boolean>;
  /** Whether these accounts are signed in to by this provider. */
  allowsExternal(kind: AccountKind, provider: string): Promise<boolean>;
  /** What signs in to the account at this moment; others of its credentials rest. */
  usable(credential: Credential): Promise<UsableCredentials>;
}

export interface UsableCredentials {
  readonly password: boolean;
  readonly methods: readonly StoredMethod[];
}

/** @param serves the kinds of accounts that each provider serves, by its key */
export function createCredentialPolicy(
  settings: () => Promise<{ readonly 'credential-model': string; readonly 'staff-credential-model': string }>,
  methods: Pick<SignInMethods, 'of'>,
  serves: ReadonlyMap<string, readonly AccountKind[]>,
): CredentialPolicy {
  const modelOf = async (kind: AccountKind): Promise<CredentialModel> => {
    const { 'credential-model': members, 'staff-credential-model': staff } = await settings();
    return (kind === 'staff' ? staff : members) as CredentialModel;
  };
  const allowsOwn: CredentialPolicy['allowsOwn'] = async kind => (await modelOf(kind)) !== 'external';
  const allowsExternal: CredentialPolicy['allowsExternal'] = async (kind, provider) =>
    (await modelOf(kind)) !== 'own' && serves.get(provider)?.includes(kind) === true;
  const isUsable = async ({ method }: StoredMethod): Promise<boolean> => {
    const kind = kindOf(method.account);
    if (method.kind === 'external') return allowsExternal(kind, method.provider);
    return method.isCopied !== true && (await allowsOwn(kind));
  };
  return {
    allowsOwn,
    allowsExternal,
    async usable({ account, password }) {
      const all = await methods.of(account);
      const areUsable = await Promise.all(all.map(isUsable));
      return {
        password: password !== undefined && (await allowsOwn(kindOf(account))),
        methods: all.filter((_, at) => areUsable[at]),
      };
    },
  };
}

/** Whether nothing signs in to the account. */
export const isShut = ({ password, methods }: UsableCredentials): boolean => !password && methods.length === 0;
