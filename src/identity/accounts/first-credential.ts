/**
 * The way into an account: a code from an e-mail and a birth date that is not in it, then credentials: a user name and a password
 * of one's own, or an external identity. Nothing is used up before all of it is there; then the account, its credential and the
 * end of the code are one commit.
 */
import type { World } from '../../fhir/clock.js';
import { activate } from '../../portal/activation.js';
import { activationBy } from '../../portal/account-standing.js';
import type { Refusal } from '../../portal/proof.js';
import { redeem } from '../../portal/redemption.js';
import { combined, step, type Step } from '../../portal/step.js';
import type { Counted, Limiter } from '../limits/limiter.js';
import type { Visitor } from '../limits/visitor.js';
import type { AccountWriter } from './account-writer.js';
import { kindOf, type AccountKind, type CredentialPolicy } from './credential-policy.js';
import { newCredential, type Credential, type CredentialReader } from './credential.js';
import type { Hashing } from './password-hash.js';
import { faultOfPassword, type PasswordFault } from './password-rules.js';
import { placeNamesOf } from './place-names.js';
import { newMethod, type ExternalIdentity } from './sign-in-method.js';
import { userNameOf } from './user-name.js';
import type { DocumentChange, Records } from '../../store/port.js';

export interface FirstCredentialParts extends World {
  readonly writer: AccountWriter;
  readonly records: Pick<Records, 'find'>;
  readonly credentials: CredentialReader;
  /** The account that an external identity signs in to. */
  readonly holderOf: (identity: NewIdentity) => Promise<string | undefined>;
  readonly hashing: Hashing;
  readonly limiter: Limiter;
  readonly policy: CredentialPolicy;
  readonly settings: () => Promise<{
    readonly 'account-age': number;
    readonly 'organization-title': string | undefined;
    readonly 'application-title': string | undefined;
  }>;
}

/** Which code it is. */
export type Entrance = 'invitation' | 'activation';

export interface CodeAndFacts {
  readonly code: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
}

export interface Chosen {
  readonly userName: string;
  readonly password: string;
}

export type EntranceRefusal =
  | { readonly kind: 'wrong-facts' | 'unusable' }
  /** `wait`: milliseconds. */
  | { readonly kind: 'wait'; readonly wait: number };

/** `of`: whose account it is. */
export type Verification = { readonly kind: 'verified'; readonly of: AccountKind } | EntranceRefusal;

/**
 * `known`: the account had credentials before. `choose`: others are to be chosen. `taken`: the external identity signs in to
 * another account. `closed`: the organization does not allow such credentials.
 */
export type Entered =
  | { readonly kind: 'done'; readonly account: string }
  | { readonly kind: 'known' }
  | { readonly kind: 'taken' | 'closed' }
  | { readonly kind: 'choose'; readonly fault: ChoiceFault }
  | EntranceRefusal;

export type ChoiceFault = PasswordFault | 'user-name' | 'taken';

/** Whether code and facts open an account. Changes nothing but the count of wrong facts. */
export async function verifyEntrance(
  visitor: Visitor,
  entrance: Entrance,
  given: CodeAndFacts,
  parts: FirstCredentialParts,
): Promise<Verification> {
  const counted: Counted[] = [{ limit: 'network', of: visitor.network }];
  const wait = await parts.limiter.take(counted);
  if (wait !== undefined) return { kind: 'wait', wait };
  const outcome = await parts.writer.commit<Verification>(`${entrance}: code and birth date`, async () => {
    const proof = await prove(entrance, given, parts);
    return 'fault' in proof
      ? { step: proof.step, value: refusalOf(proof) }
      : { step: step({}), value: { kind: 'verified', of: kindOf(proof.account) } };
  });
  if (outcome.kind === 'verified') await parts.limiter.giveBack(counted);
  return outcome;
}

/** Opens the account with this user name and password. */
export async function enter(
  visitor: Visitor,
  entrance: Entrance,
  given: CodeAndFacts & Chosen,
  parts: FirstCredentialParts,
): Promise<Entered> {
  const verified = await verifyEntrance(visitor, entrance, given, parts);
  if (verified.kind !== 'verified') return verified;
  if (!(await parts.policy.allowsOwn(verified.of))) return { kind: 'closed' };
  const fault = await faultOf(given, parts);
  if (fault) return { kind: 'choose', fault };
  const userName = userNameOf(given.userName) ?? '';
  const password = await parts.hashing.hash(given.password);
  return open(entrance, given, parts, {
    holder: async () => (await parts.credentials.byUserName(userName))?.credential.account,
    taken: { kind: 'choose', fault: 'taken' },
    credential: { userName, password },
    documents: () => [],
  });
}

/** An external identity that is nobody's yet. */
export type NewIdentity = Pick<ExternalIdentity, 'provider' | 'issuer' | 'subject' | 'name'>;

/** Opens the account with this external identity. */
export async function enterExternally(
  visitor: Visitor,
  entrance: Entrance,
  given: CodeAndFacts,
  identity: NewIdentity,
  parts: FirstCredentialParts,
): Promise<Entered> {
  const verified = await verifyEntrance(visitor, entrance, given, parts);
  if (verified.kind !== 'verified') return verified;
  if (!(await parts.policy.allowsExternal(verified.of, identity.provider))) return { kind: 'closed' };
  return open(entrance, given, parts, {
    holder: () => parts.holderOf(identity),
    taken: { kind: 'taken' },
    credential: {},
    documents: account => [newMethod({ ...identity, account, kind: 'external', addedAt: parts.clock.now() })],
  });
}

/** What is to be the account's. */
interface Addition {
  /** The account that has it already. */
  readonly holder: () => Promise<string | undefined>;
  readonly taken: Entered;
  readonly credential: Pick<Credential, 'userName' | 'password'>;
  readonly documents: (account: string) => DocumentChange[];
}

function open(
  entrance: Entrance,
  given: CodeAndFacts,
  parts: FirstCredentialParts,
  addition: Addition,
): Promise<Entered> {
  const { writer, credentials, policy, clock } = parts;
  return writer.commit<Entered>(`${entrance}: account with credentials`, async () => {
    const proof = await prove(entrance, given, parts);
    if ('fault' in proof) return { step: proof.step, value: refusalOf(proof) };
    const { account } = proof;
    const holder = await addition.holder();
    if (holder !== undefined && holder !== account) return { step: step({}), value: addition.taken };
    const before = await credentials.of(account);
    if (before && (await policy.usable(before.credential)).password) {
      return { step: proof.step, value: { kind: 'known' } };
    }
    const next = { ...before?.credential, account, ...addition.credential, changedAt: clock.now() };
    const documents = [...newCredential(next, before), ...addition.documents(account)];
    return { step: combined(proof.step, step({ documents })), value: { kind: 'done', account } };
  });
}

const refusalOf = ({ fault }: Refusal): EntranceRefusal => ({
  kind: fault.kind === 'unprocessable' ? 'wrong-facts' : 'unusable',
});

async function prove(
  entrance: Entrance,
  { code, birthDate }: CodeAndFacts,
  parts: FirstCredentialParts,
): Promise<{ readonly account: string; readonly step: Step } | Refusal> {
  const { writer, records, clock } = parts;
  const { 'account-age': accountAge } = await parts.settings();
  if (entrance === 'invitation') {
    const rules = { accountAge, activates: true, lasts: 0, portalUrl: '' };
    const redeemed = await redeem(code, birthDate, rules, writer.reader, parts);
    return 'fault' in redeemed ? redeemed : { account: `Person/${redeemed.person.id}`, step: redeemed.step };
  }
  const activation = await activationBy(code, records, clock.now());
  return activate(activation, birthDate, accountAge, writer.reader, clock.now());
}

async function faultOf(
  { userName, password }: Chosen,
  { settings }: Pick<FirstCredentialParts, 'settings'>,
): Promise<ChoiceFault | undefined> {
  const name = userNameOf(userName);
  return name === undefined ? 'user-name' : faultOfPassword(password, [name, ...placeNamesOf(await settings())]);
}
