/**
 * What people granted to apps: the launch context that a token response tells, and how a grant ends.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
 */
import { raiseEpoch } from '../../access/epochs.js';
import { grantRecord, grantsTokens } from '../../access/opaque.js';
import type { Clock } from '../../fhir/clock.js';
import { wonRace } from '../../fhir/fault.js';
import { secretHash } from '../../fhir/secret.js';
import type { Document, DocumentChange, Records } from '../../store/port.js';

export interface LaunchContext {
  /** Ids of resources. */
  readonly patient?: string;
  readonly encounter?: string;
  readonly need_patient_banner?: boolean;
  readonly smart_style_url?: string;
  readonly fhirContext?: readonly Readonly<Record<string, unknown>>[];
  readonly intent?: string;
  readonly tenant?: string;
}

export interface GrantDetails {
  /** Of whom: `Person/1`. */
  readonly account: string;
  readonly client: string;
  readonly scope: string;
  readonly context: LaunchContext;
  /** The resource that the person is to the app: `Patient/1`. */
  readonly fhirUser: string;
  /** The browser's session in which it was granted. */
  readonly session?: string;
  /** When: milliseconds since the epoch. */
  readonly at: number;
  /** When an access token was last issued under it. */
  readonly used?: number;
  /** Why the organization granted it, where the person did not. */
  readonly reason?: string;
}

export interface ListedGrant extends GrantDetails {
  /** Names it to `ending`; opens nothing. */
  readonly id: string;
}

/** Which grants of an account; without any of these all. */
interface Which {
  readonly id?: string;
  readonly client?: string;
  readonly session?: string;
}

export interface Grants {
  read(grantId: string): Promise<GrantDetails | undefined>;
  write(grantId: string, details: GrantDetails): Promise<void>;
  /** Notes that an access token is issued under it. @param hash of the grant's id */
  use(hash: string): Promise<void>;
  /** What an account has granted that holds, the newest first. */
  list(account: string): Promise<ListedGrant[]>;
  /**
   * The changes that end what an account granted, and the tokens with it, at the next request: all of it, one grant, what one client was
   * granted, or what was granted in one session of a browser. With a session an app that may stay keeps its refresh token, and loses the access token that it has.
   */
  ending(account: string, which?: Which): Promise<DocumentChange[]>;
}

/** Seconds that a grant holds. */
export const GRANT_LIFETIME = 90 * 24 * 3600;

const KIND = 'grant-details';
/** More grants than an account has. */
const MOST = 1000;

const offline = /(^| )offline_access( |$)/;

export function createGrants(records: Records, clock: Clock): Grants {
  const holds = async ({ id }: Document): Promise<boolean> => {
    const grant = grantRecord(id);
    return (await records.get(grant.kind, grant.id, clock.now())) !== undefined;
  };
  const list = async (account: string): Promise<ListedGrant[]> => {
    const all = await records.find(KIND, 'subject', account, clock.now(), MOST);
    const held = await Promise.all(all.map(holds));
    const grants = all.filter((_, at) => held[at]).map(({ id, value }) => ({ ...detailsOf(value), id }));
    return grants.sort((a, b) => b.at - a.at);
  };
  return {
    list,
    async read(grantId) {
      const document = await records.get(KIND, secretHash(grantId), clock.now());
      return document && detailsOf(document.value);
    },
    async write(grantId, details) {
      const expires = clock.now() + GRANT_LIFETIME * 1000;
      const document = grantDetailsDocument(secretHash(grantId), details, expires);
      await records.write({ op: 'put', document });
    },
    async use(hash) {
      const document = await records.get(KIND, hash, clock.now());
      if (!document) return;
      const { version: expect, value, ...rest } = document;
      const used = { ...rest, value: { ...value, used: clock.now() } };
      await wonRace(records.write({ op: 'put', document: used, expect }));
    },
    async ending(account, which = {}) {
      const { session } = which;
      const all = await list(account);
      const ended = all.filter(one => isAmong(one, which));
      const changes = await Promise.all(
        ended.map(({ id: hash, scope }) =>
          session !== undefined && offline.test(scope)
            ? grantsTokens(records, hash, clock.now())
            : Promise.resolve([{ op: 'delete', ...grantRecord(hash) } as const]),
        ),
      );
      return ended.length === 0 ? [] : [...changes.flat(), raiseEpoch(account)];
    },
  };
}

const isAmong = (one: ListedGrant, { id = one.id, client = one.client, session = one.session }: Which): boolean =>
  one.id === id && one.client === client && one.session === session;

/** The record of what was granted. @param hash of the grant's id */
export const grantDetailsDocument = (
  hash: string,
  details: GrantDetails,
  expires: number,
): Omit<Document, 'version'> => ({
  kind: KIND,
  id: hash,
  value: { ...details },
  keys: { subject: details.account },
  expires,
});

const detailsOf = (value: Document['value']): GrantDetails => value as unknown as GrantDetails;
