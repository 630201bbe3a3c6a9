/**
 * Access tokens of external issuers. A JWT names its issuer. Of an opaque token the issuers that introspect are asked in their order,
 * each once the one before has said no, or takes its time: a slow one holds up nobody else's callers. Secrets of this server's own
 * are sent to none of them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isJwt, issuerOf, MAX_TOKEN } from '../../access/jwt.js';
import type { Claims, TokenVerifier } from '../../access/token.js';
import type { ExternalIssuer } from './external-issuer.js';
import { knownTokens } from './known-tokens.js';
import type { RecordNumber, TokenFacts } from './token-facts.js';

export interface ExternalTokenParts {
  readonly issuers: readonly ExternalIssuer[];
  /** Whether a text is a secret that this server gave out, whatever it is for. */
  readonly isOurs: (token: string, now: number) => Promise<boolean>;
  /** The person with this record number, `Person/1` or `Patient/1`; undefined: nobody, or nobody alone. */
  readonly memberOf: (number: RecordNumber) => Promise<string | undefined>;
  /** Completes the person's record by what the issuer says. Never rejects. */
  readonly complete: (member: string, facts: TokenFacts) => Promise<void>;
}

/** Milliseconds after which the next issuer is asked too. */
const PATIENCE = 1000;

export function externalTokens(parts: ExternalTokenParts): TokenVerifier {
  const known = knownTokens((token, now) => ask(token, now, parts));
  return async (token, now) => {
    const facts = token.length <= MAX_TOKEN ? await known(token, now) : undefined;
    return facts && claimsOf(facts, parts);
  };
}

/** Whose the record number is, is looked up each time: records change. */
async function claimsOf(facts: TokenFacts, { memberOf, complete }: ExternalTokenParts): Promise<Claims | undefined> {
  const { claims, recordNumber } = facts;
  if (!recordNumber) return claims;
  const fhirUser = await memberOf(recordNumber);
  if (fhirUser === undefined) return undefined;
  await complete(fhirUser, facts);
  return { ...claims, fhirUser };
}

async function ask(
  token: string,
  now: number,
  { issuers, isOurs }: ExternalTokenParts,
): Promise<TokenFacts | undefined> {
  if (isJwt(token)) {
    const name = issuerOf(token);
    return issuers.find(issuer => issuer.name === name)?.jwt?.(token, now);
  }
  const opaque = issuers.flatMap(issuer => issuer.opaque ?? []);
  if (opaque.length === 0 || (await isOurs(token, now))) return undefined;
  return firstGood(opaque.map(introspect => () => introspect(token, now)));
}

/** The first answer that is good. Rejects where there is none and some cannot be asked: it may be one of theirs. */
async function firstGood<T>(asks: readonly (() => Promise<T | undefined>)[]): Promise<T | undefined> {
  const asked: Promise<T | undefined>[] = [];
  const found = Promise.withResolvers<T>();
  for (const next of asks) {
    const answer = next();
    answer.then(good => good !== undefined && found.resolve(good)).catch(() => undefined);
    asked.push(answer);
    const early = await Promise.race([found.promise, answer.catch(() => undefined), pause(PATIENCE, undefined)]);
    if (early !== undefined) return early;
  }
  const all = Promise.allSettled(asked).then(outcomes => outcomes.find(({ status }) => status === 'rejected'));
  const end = await Promise.race([found.promise.then(good => ({ good })), all.then(failed => ({ failed }))]);
  if ('good' in end) return end.good;
  if (end.failed) throw (end.failed as PromiseRejectedResult).reason;
  return undefined;
}
