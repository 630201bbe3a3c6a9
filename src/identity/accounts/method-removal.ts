/** An account loses one of its ways in, but never the last. */
import type { DocumentChange } from '../../store/port.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountAudit } from './account-audit.js';
import type { AccountSecurity } from './account-security.js';
import { confirm, unlessRaced, type Confirmed, type ConfirmParts, type SettingRefusal } from './confirm.js';
import { changedCredential, type Credential, type StoredCredential } from './credential.js';
import {
  endOfMethod,
  type ExternalIdentity,
  type Passkey,
  type SignInMethod,
  type SignInMethods,
  type StoredMethod,
} from './sign-in-method.js';

export interface MethodRemovalParts extends ConfirmParts {
  readonly methods: SignInMethods;
  readonly sessions: Pick<Sessions, 'open'>;
  readonly security: AccountSecurity;
  readonly audit: AccountAudit;
}

/** Names the password among the ways in. */
export const PASSWORD = 'password';

/** A way in, as it is listed. */
export type ListedMethod = { readonly id: string } & (
  | { readonly kind: typeof PASSWORD }
  | (Pick<SignInMethod, 'kind' | 'name' | 'addedAt' | 'usedAt'> &
      Partial<Pick<Passkey, 'isCopied'>> &
      Partial<Pick<ExternalIdentity, 'provider'>>)
);

/** The ways into an account, the password first. */
export const listedMethods = ({ password }: Credential, methods: readonly StoredMethod[]): ListedMethod[] => [
  ...(password === undefined ? [] : [{ id: PASSWORD, kind: PASSWORD } as const]),
  ...methods.map(({ id, method }) => ({ ...method, id })),
];

/** `last`: nothing else would open the account. */
export type RemovalOutcome =
  | { readonly kind: 'done'; readonly cookie: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'last' }
  | SettingRefusal;

/** This browser stays signed in under a new name; whoever came in by what is removed is signed out. */
export async function removeMethod(given: Confirmed, id: string, parts: MethodRemovalParts): Promise<RemovalOutcome> {
  const stored = await confirm(given, parts);
  if ('kind' in stored) return stored;
  const { account, address } = stored.credential;
  const methods = await parts.methods.of(account);
  const listed = listedMethods(stored.credential, methods);
  if (!listed.some(one => one.id === id)) return { kind: 'unknown' };
  if (!(await isOpenWithout(id, stored, parts))) return { kind: 'last' };
  const changes = [
    ...removal(stored, methods, id),
    ...(await parts.security.signedOut(account, given.visitor)),
    ...parts.security.told({ event: 'factor-changed', account, address }),
  ];
  return unlessRaced(async () => {
    const { amr, provedAt } = given.signedIn;
    const cookie = await parts.sessions.open(given.visitor, { account, amr, provedAt }, changes);
    await parts.audit({ action: 'security-change', account, isGood: true });
    return { kind: 'done', cookie };
  });
}

/** Whether something else signs in to the account at this moment. */
async function isOpenWithout(
  id: string,
  { credential }: StoredCredential,
  { policy }: Pick<MethodRemovalParts, 'policy'>,
): Promise<boolean> {
  const { password, methods } = await policy.usable(credential);
  return (password && id !== PASSWORD) || methods.some(one => one.id !== id);
}

/** Each change of the ways in writes the credential: of two at the same moment one wins. */
function removal(stored: StoredCredential, methods: readonly StoredMethod[], id: string): DocumentChange[] {
  if (id === PASSWORD) return [changedCredential(stored, { password: undefined })];
  const left = methods.filter(one => one.id !== id);
  const isLastPasskey = !left.some(({ method }) => method.kind === 'passkey');
  // A second step that is gone becomes a code, not nothing.
  const factor = stored.credential.factor === 'passkey' && isLastPasskey ? 'code' : stored.credential.factor;
  return [...methods.filter(one => one.id === id).map(endOfMethod), changedCredential(stored, { factor })];
}
