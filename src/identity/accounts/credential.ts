/**
 * The private record of an account: user name, password hash, sign-in address. It is named by the account (`Person/1`,
 * `Practitioner/2`); a record for each user name keeps two accounts from one name.
 */
import type { Clock } from '../../fhir/clock.js';
import { defined } from '../../fhir/defined.js';
import type { Document, DocumentChange, Records } from '../../store/port.js';
import { foldUserName } from './user-name.js';

/** What is asked for after the password. */
export type FactorKind = 'code' | 'app' | 'passkey';

export interface Credential {
  /** `Person/1` */
  readonly account: string;
  /** Undefined: it is signed in to in other ways alone. */
  readonly userName?: string | undefined;
  /** argon2id, in the PHC string format; undefined: it is signed in to in other ways. */
  readonly password?: string | undefined;
  /** An e-mail address that the person has proved, in place of that of the record. */
  readonly address?: string;
  /** The second factor that the person has chosen. */
  readonly factor?: FactorKind | undefined;
  /** The authenticator app: its sealed secret, and the time step of the last code. */
  readonly app?: { readonly secret: string; readonly lastStep: number } | undefined;
  /** The sealed secret of an app that has not shown a code yet. */
  readonly proposedApp?: string | undefined;
  /** Hashes of those that are left. */
  readonly recoveryCodes?: readonly string[] | undefined;
  /** What passkeys know the account by: random, in base64url. https://www.w3.org/TR/webauthn-3/#user-handle */
  readonly userHandle?: string;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
  readonly signedInAt?: number;
}

/** A credential without any second factor. */
export const NO_FACTOR = { factor: undefined, app: undefined, proposedApp: undefined, recoveryCodes: undefined };

/** A credential and the version of its record. */
export interface StoredCredential {
  readonly credential: Credential;
  readonly version: number;
}

const CREDENTIAL = 'credential';
const USER_NAME = 'user-name';

/** Accounts that share one e-mail address: a household. */
const HOUSEHOLD = 20;

export interface CredentialReader {
  of(account: string): Promise<StoredCredential | undefined>;
  byUserName(name: string): Promise<StoredCredential | undefined>;
  byAddress(address: string): Promise<readonly StoredCredential[]>;
}

export function credentialReader(records: Pick<Records, 'get' | 'find'>, clock: Clock): CredentialReader {
  const of = async (account: string): Promise<StoredCredential | undefined> => {
    const document = await records.get(CREDENTIAL, account, clock.now());
    return document && storedOf(document);
  };
  return {
    of,
    async byUserName(name) {
      const claim = await records.get(USER_NAME, foldUserName(name), clock.now());
      return claim && of(String(claim.value['account']));
    },
    async byAddress(address) {
      const found = await records.find(CREDENTIAL, 'address', address, clock.now(), HOUSEHOLD);
      return found.map(storedOf);
    },
  };
}

const storedOf = ({ value, version }: Document): StoredCredential => ({
  credential: value as unknown as Credential,
  version,
});

/**
 * The credential of an account, in place of one without a user name; it claims its own. Fault `conflict` at commit where somebody
 * else has the name, or the account has changed.
 * @param before undefined: the first of the account
 */
export const newCredential = (credential: Credential, before?: StoredCredential): DocumentChange[] => [
  ...(credential.userName === before?.credential.userName ? [] : claimOf(credential)),
  { op: 'put', document: documentOf(credential), expect: before?.version ?? 0 },
];

const claimOf = ({ userName, account }: Credential): DocumentChange[] =>
  userName === undefined
    ? []
    : [
        {
          op: 'put',
          document: { kind: USER_NAME, id: foldUserName(userName), value: { account }, keys: {} },
          expect: 0,
        },
      ];

/** The credential with other values; the user name stays. */
export const changedCredential = (
  { credential, version }: StoredCredential,
  change: Partial<Omit<Credential, 'account' | 'userName'>>,
): DocumentChange => ({ op: 'put', document: documentOf({ ...credential, ...change }), expect: version });

const documentOf = (credential: Credential) => ({
  kind: CREDENTIAL,
  id: credential.account,
  value: defined({ ...credential }),
  keys: defined({ address: credential.address }),
});
