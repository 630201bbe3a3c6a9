/**
 * Opaque access tokens: random text, found by its hash in a private record. A token ends with its record, or with the grant
 * that it was issued under.
 */
import type { Random } from '../fhir/clock.js';
import { newSecret, secretHash } from '../fhir/secret.js';
import type { Document, DocumentChange, Records } from '../store/port.js';
import type { Claims, TokenVerifier } from './token.js';

const TOKEN = 'token';
/** The kind of a grant's record. */
export const GRANT = 'grant';
/** Lets people and secret scanners recognize these tokens. */
const PREFIX = 'pat_';

/** A new token: 256 bits. */
export const newOpaque = (random: Random): string => PREFIX + newSecret(random);

/** Whether a text has the form of these tokens. */
export const isOwnOpaque = (token: string): boolean => token.startsWith(PREFIX);

/** What a token's record holds beside its claims. */
export interface OpaqueDetails {
  /** Hash of the id of the grant it was issued under; absent: of none. */
  readonly grant?: string;
  /** What the authorization server says about it to those who may ask. */
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** The record of a token; the token itself is stored nowhere. */
export const opaqueDocument = (
  token: string,
  claims: Claims,
  details: OpaqueDetails = {},
): Omit<Document, 'version'> => ({
  kind: TOKEN,
  id: secretHash(token),
  value: { ...claims, ...details },
  keys: { subject: claims.subject, ...(details.grant === undefined ? {} : { grant: details.grant }) },
  expires: claims.expires,
});

/** The name of a grant's record: while it is there, the grant holds. */
export const grantRecord = (hash: string) => ({ kind: GRANT, id: hash }) as const;

/** Tokens that one grant has at a time: each refresh adds one, and each lives for an hour. */
const MOST_TOKENS = 1000;

/** The changes that end the access tokens issued under a grant, which goes on. @param hash of the grant's id */
export async function grantsTokens(
  records: Pick<Records, 'find'>,
  hash: string,
  now: number,
): Promise<DocumentChange[]> {
  const tokens = await records.find(TOKEN, 'grant', hash, now, MOST_TOKENS);
  return tokens.map(({ kind, id }) => ({ op: 'delete', kind, id }));
}

/** The record of a token, while it is unexpired and its grant holds. */
export async function opaqueRecord(
  records: Pick<Records, 'get'>,
  token: string,
  now: number,
): Promise<(Claims & OpaqueDetails) | undefined> {
  if (!isOwnOpaque(token)) return undefined;
  const value = (await records.get(TOKEN, secretHash(token), now))?.value as (Claims & OpaqueDetails) | undefined;
  if (value?.grant === undefined) return value;
  const { kind, id } = grantRecord(value.grant);
  return (await records.get(kind, id, now)) && value;
}

/** Looks the token's record up: good while it is there and unexpired, and its grant holds. */
export const opaqueVerifier =
  (records: Pick<Records, 'get'>): TokenVerifier =>
  (token, now) =>
    opaqueRecord(records, token, now);

/** The change that revokes a token; commit it with the subject's raised epoch (epochs.ts) so that it binds at once. */
export const revokeOpaque = (token: string): DocumentChange => ({ op: 'delete', kind: TOKEN, id: secretHash(token) });
