/** What an issuer says about a token and its person, by the configured claims. Of what is not of its type nothing is taken. */
import type { Claims } from '../../access/token.js';
import type { TokenIssuerConfig } from '../../config/token-issuers.js';
import { defined } from '../../fhir/defined.js';
import type { JsonObject } from '../../fhir/resource.js';

/** A record number of the person. */
export interface RecordNumber {
  readonly system: string;
  readonly value: string;
}

export interface TokenFacts {
  readonly claims: Claims;
  /** By which the person is found, in place of `fhirUser`. */
  readonly recordNumber?: RecordNumber;
  /** What userInfo says of the person, where the issuer completes records. */
  readonly person?: JsonObject;
}

/** The token itself, once it is known to be good. */
export interface GoodToken {
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Its claims. */
  readonly token: JsonObject;
  /** Those of its person. */
  readonly userInfo: JsonObject | undefined;
}

/** Characters of a claim's value. */
const LONGEST = 255;
const LONGEST_SCOPE = 8192;

/** Undefined where the claims that name client and person are missing. @param known when the issuer is asked again */
export function tokenFacts(issuer: TokenIssuerConfig, good: GoodToken, known: number): TokenFacts | undefined {
  const { token, userInfo, subject, expires } = good;
  const { claims: names, completes, clients } = issuer;
  const clientId = textOf(token[names.clientId]);
  const said = userInfo ?? token;
  const value = names.recordNumber && textOf(said[names.recordNumber.claim]);
  if (clientId === undefined || clients?.includes(clientId) === false) return undefined;
  if (names.recordNumber && value === undefined) return undefined;
  const fhirUser = names.recordNumber ? undefined : textOf(said[names.fhirUser]);
  const scope = issuer.scope ?? scopeOf(token[names.scope]);
  const patient = token['patient'] === undefined ? undefined : (textOf(token['patient']) ?? '');
  const claims = { issuer: issuer.issuer, subject, clientId, scope, ...defined({ fhirUser, patient }), expires, known };
  return {
    claims,
    ...defined({
      recordNumber:
        names.recordNumber && value !== undefined ? { system: names.recordNumber.system, value } : undefined,
      person: completes ? userInfo : undefined,
    }),
  };
}

/** Numbers are how some issuers write record numbers. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' && text.length <= LONGEST ? text.trim() : undefined;
}

/** A text, or the list that some issuers send. */
function scopeOf(value: unknown): string {
  const text = Array.isArray(value) ? value.filter(one => typeof one === 'string').join(' ') : value;
  return typeof text === 'string' && text.length <= LONGEST_SCOPE ? text : '';
}
