/**
 * The ways into an account beside its password: passkeys, and identities of other providers. Each is a private record, named by
 * what it is found by, so that no two accounts share one.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import type { Document, DocumentChange, Records } from '../../store/port.js';

interface Method {
  /** `Person/1` */
  readonly account: string;
  /** As the person calls it. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  readonly usedAt?: number;
}

/** https://www.w3.org/TR/webauthn-3/#credential-record */
export interface Passkey extends Method {
  readonly kind: 'passkey';
  /** Its id, in base64url. */
  readonly credential: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  /** Of its signatures; 0 where the authenticator does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** Its counter went back: somebody may have a copy, and it opens nothing any more. */
  readonly isCopied?: boolean;
}

/** https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability */
export interface ExternalIdentity extends Method {
  readonly kind: 'external';
  /** Key of the provider. */
  readonly provider: string;
  readonly issuer: string;
  /** A hash of what the provider calls them. */
  readonly subject: string;
}

export type SignInMethod = Passkey | ExternalIdentity;

/** What a way in is found by. */
export type MethodSubject =
  Pick<Passkey, 'kind' | 'credential'> | Pick<ExternalIdentity, 'kind' | 'issuer' | 'subject'>;

/** A way in, and the version of its record. */
export interface StoredMethod<T extends SignInMethod = SignInMethod> {
  /** Names it in the account; opens nothing. */
  readonly id: string;
  readonly method: T;
  readonly version: number;
}

export interface SignInMethods {
  /** The oldest first. */
  of(account: string): Promise<readonly StoredMethod[]>;
  by<T extends MethodSubject>(
    subject: T,
  ): Promise<StoredMethod<Extract<SignInMethod, { kind: T['kind'] }>> | undefined>;
}

const KIND = 'sign-in-method';

/** Ways into one account. */
export const MOST_METHODS = 20;

export const signInMethods = (records: Pick<Records, 'get' | 'find'>, clock: Clock): SignInMethods => ({
  async of(account) {
    const found = await records.find(KIND, 'account', account, clock.now(), MOST_METHODS);
    return found.map(storedOf).sort((a, b) => a.method.addedAt - b.method.addedAt);
  },
  async by<T extends MethodSubject>(subject: T) {
    const document = await records.get(KIND, idOf(subject), clock.now());
    return document && (storedOf(document) as StoredMethod<Extract<SignInMethod, { kind: T['kind'] }>>);
  },
});

const storedOf = ({ id, value, version }: Document): StoredMethod => ({
  id,
  method: value as unknown as SignInMethod,
  version,
});

const idOf = (subject: MethodSubject): string =>
  createHash('sha256')
    .update(JSON.stringify(subject.kind === 'passkey' ? [subject.credential] : [subject.issuer, subject.subject]))
    .digest('hex');

/** Another way in. Fault `conflict` at commit where some account has it. */
export const newMethod = (method: SignInMethod): DocumentChange => put(idOf(method), method, 0);

export const changedMethod = <T extends SignInMethod>(
  { id, method, version }: StoredMethod<T>,
  change: Partial<Omit<T, 'account' | 'kind'>>,
): DocumentChange => put(id, { ...method, ...change }, version);

export const endOfMethod = ({ id, version: expect }: StoredMethod): DocumentChange => ({
  op: 'delete',
  kind: KIND,
  id,
  expect,
});

const put = (id: string, method: SignInMethod, expect: number): DocumentChange => ({
  op: 'put',
  document: { kind: KIND, id, value: defined({ ...method }), keys: { account: method.account } },
  expect,
});
