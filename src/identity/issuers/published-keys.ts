/** The keys that an issuer publishes. https://www.rfc-editor.org/rfc/rfc7517 */
import { fixedKeys, type KeySource } from '../../access/verification-keys.js';
import type { Clock } from '../../fhir/clock.js';
import type { JsonObject } from '../../fhir/resource.js';
import { callIssuer, cannotAsk, type CallParts } from './issuer-call.js';

/** Milliseconds that keys are taken as they were; that they serve while the issuer is not reached; between looks for an unknown one. */
const FRESH = 300_000;
const STALE = 3600_000;
const LOOKS = 10_000;
const MOST_KEYS = 100;

interface Fetched {
  readonly keys: KeySource;
  readonly at: number;
}

/** @param allowed algorithms */
export function publishedKeys(
  url: string,
  allowed: readonly string[] | undefined,
  parts: CallParts & { readonly clock: Clock },
): KeySource {
  const { clock } = parts;
  let fetched: Fetched | undefined;
  let looked = -Infinity;
  let fetching: Promise<Fetched> | undefined;
  const fetchKeys = async (): Promise<Fetched> => {
    const at = clock.now();
    looked = at;
    const { status, body } = await callIssuer('keys', url, {}, parts);
    const { keys } = body;
    if (status !== 200 || !Array.isArray(keys)) throw cannotAsk('keys: no set of keys', parts);
    const list = keys.filter(key => typeof key === 'object' && key !== null) as JsonObject[];
    fetched = { keys: fixedKeys({ keys: list.slice(0, MOST_KEYS) }, allowed), at };
    return fetched;
  };
  const renewed = (): Promise<Fetched> => {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  /** Keys that were good a while ago are better than none. */
  const current = async (): Promise<Fetched> => {
    const last = fetched;
    if (last && clock.now() - last.at < FRESH) return last;
    if (!last || clock.now() - last.at >= STALE) return renewed();
    return clock.now() - looked < LOOKS ? last : renewed().catch(() => last);
  };
  return async kid => {
    const { keys } = await current();
    const key = await keys(kid);
    if (key || clock.now() - looked < LOOKS) return key;
    return (await renewed()).keys(kid);
  };
}
