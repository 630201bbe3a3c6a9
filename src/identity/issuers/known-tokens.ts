/**
 * What issuers said about tokens, by the tokens' hashes: good ones for a minute, others for a few seconds. Callers with one token
 * at the same moment wait for one answer.
 */
import { secretHash } from '../../fhir/secret.js';
import { Cache } from '../../runtime/cache.js';

/** Milliseconds that an answer holds. */
export const GOOD = 60_000;
const BAD = 5000;
const MOST = 10_000;

interface Expiring {
  readonly claims: { readonly expires: number };
}

/**
 * @param ask rejects where the issuer cannot be asked, which is not remembered
 * @param most answers of each kind
 */
export function knownTokens<F extends Expiring>(
  ask: (token: string, now: number) => Promise<F | undefined>,
  most = MOST,
): (token: string, now: number) => Promise<F | undefined> {
  const good = new Cache<{ readonly facts: F; readonly until: number }>(most);
  const bad = new Cache<number>(most);
  const asking = new Map<string, Promise<F | undefined>>();
  const begin = async (token: string, hash: string, now: number): Promise<F | undefined> => {
    try {
      const facts = await ask(token, now);
      if (facts) good.set(hash, { facts, until: Math.min(now + GOOD, facts.claims.expires) });
      else bad.set(hash, now + BAD);
      return facts;
    } finally {
      asking.delete(hash);
    }
  };
  return (token, now) => {
    const hash = secretHash(token);
    const known = good.get(hash);
    if (known && now < known.until) return Promise.resolve(known.facts);
    if (now < (bad.get(hash) ?? 0)) return Promise.resolve(undefined);
    const asked = asking.get(hash) ?? begin(token, hash, now);
    asking.set(hash, asked);
    return asked;
  };
}
