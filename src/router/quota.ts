/**
 * How much work one caller may ask for: a bucket for each, filled anew over a minute. Per process: it guards the machine,
 * not a secret. https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
import type { Clock } from '../fhir/clock.js';
import { Fault } from '../fhir/fault.js';
import { Cache } from '../runtime/cache.js';

/** Takes so many units from this caller's bucket. Fault `throttled`, with the seconds to wait, where it holds fewer. */
export type Quota = (caller: string, units: number) => void;

interface Bucket {
  units: number;
  /** Milliseconds since the epoch. */
  at: number;
}

const MINUTE = 60_000;
const MAX_CALLERS = 10_000;

/** @param perMinute units; 0 = as much as anybody likes */
export function createQuota(perMinute: number, clock: Clock): Quota {
  if (perMinute === 0) return () => undefined;
  // The oldest bucket is most likely full again.
  const buckets = new Cache<Bucket>(MAX_CALLERS);
  return (caller, units) => {
    const now = clock.now();
    const bucket = buckets.getOrMake(caller, () => ({ units: perMinute, at: now }));
    bucket.units = Math.min(perMinute, bucket.units + ((now - bucket.at) / MINUTE) * perMinute);
    bucket.at = now;
    if (bucket.units < units) throw throttled(perMinute, ((units - bucket.units) / perMinute) * 60);
    bucket.units -= units;
  };
}

function throttled(perMinute: number, seconds: number): Fault {
  const wait = String(Math.max(1, Math.ceil(seconds)));
  return new Fault('throttled', 'This is more than one caller may ask for in a minute.', {
    headers: {
      'retry-after': wait,
      'ratelimit-policy': `"caller";q=${perMinute};w=60`,
      ratelimit: `"caller";r=0;t=${wait}`,
    },
  });
}
