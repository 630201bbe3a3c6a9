/**
 * An external identity becomes a way into an account: after an own sign-in, or by a code that went to the contact on record.
 * What a provider says about a person links nothing by itself.
 */
import type { Person, Practitioner } from 'fhir/r4.js';
import { isConflict } from '../../fhir/fault.js';
import { isPending } from '../../portal/account-standing.js';
import type { WorkflowReader } from '../../portal/step.js';
import type { DocumentChange, Store } from '../../store/port.js';
import type { AccountAudit } from '../accounts/account-audit.js';
import type { AccountSecurity } from '../accounts/account-security.js';
import { newCredential, type CredentialReader } from '../accounts/credential.js';
import { kindOf, type CredentialPolicy } from '../accounts/credential-policy.js';
import type { NewIdentity } from '../accounts/first-credential.js';
import { endOfMethod, MOST_METHODS, newMethod, type SignInMethods } from '../accounts/sign-in-method.js';
import type { Clock } from '../../fhir/clock.js';

export interface LinkingParts {
  readonly clock: Clock;
  readonly reader: WorkflowReader;
  readonly store: Pick<Store, 'commit'>;
  readonly credentials: Pick<CredentialReader, 'of'>;
  readonly methods: SignInMethods;
  readonly policy: Pick<CredentialPolicy, 'allowsExternal'>;
  readonly security: AccountSecurity;
  readonly audit: AccountAudit;
}

/**
 * `elsewhere`: it signs in to another account. `closed`: the organization does not allow it. `full`: the account has as many ways
 * in as it may. `conflict`: something else was changed at the same moment.
 */
export type Linked = 'done' | 'elsewhere' | 'closed' | 'full' | 'conflict';

/** @param proof committed with it: what was proved counts once */
export async function link(
  account: string,
  identity: NewIdentity,
  proof: readonly DocumentChange[],
  parts: LinkingParts,
): Promise<Linked> {
  const { credentials, methods, policy, security, clock } = parts;
  if (!(await policy.allowsExternal(kindOf(account), identity.provider))) return 'closed';
  const holder = await holderOf(identity, parts);
  if (holder !== undefined) return holder === account ? 'done' : 'elsewhere';
  if ((await methods.of(account)).length >= MOST_METHODS) return 'full';
  const before = await credentials.of(account);
  const now = clock.now();
  // The credential is written again: of two changes of an account's ways in one wins.
  const changes = [
    ...newCredential({ changedAt: now, ...before?.credential, account }, before),
    newMethod({ ...identity, kind: 'external', account, addedAt: now }),
    ...security.told({ event: 'factor-changed', account, address: before?.credential.address }),
  ];
  try {
    await parts.store.commit({ documents: [...proof, ...changes] });
  } catch (error) {
    if (isConflict(error)) return 'conflict';
    throw error;
  }
  await parts.audit({ action: 'security-change', account, isGood: true });
  return 'done';
}

/**
 * The account that an external identity signs in to. One that is closed lets go of it: its person may be enrolled anew.
 */
export async function holderOf(
  identity: NewIdentity,
  { reader, methods, store }: Pick<LinkingParts, 'reader' | 'methods' | 'store'>,
): Promise<string | undefined> {
  const stored = await methods.by({ ...identity, kind: 'external' });
  if (!stored) return undefined;
  const { account } = stored.method;
  const resource = (await reader.get<Person | Practitioner>(account))?.resource;
  if (resource && (resource.active !== false || isWaiting(resource, reader))) return account;
  await store.commit({ documents: [endOfMethod(stored)] });
  return undefined;
}

const isWaiting = (resource: Person | Practitioner, { own }: WorkflowReader): boolean =>
  resource.resourceType === 'Person' && isPending(resource, own);
