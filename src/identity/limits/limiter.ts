/**
 * Counts tries in the store, so that all processes share them. A try counts before it is made, and is given back where it was
 * good: any number of parallel ones are no more than the limit allows.
 */
import { createHmac, type KeyObject } from 'node:crypto';
import type { Clock } from '../../fhir/clock.js';
import { wonRace } from '../../fhir/fault.js';
import type { Document, DocumentChange, Records } from '../../store/port.js';
import { limits, type Limit, type LimitName } from './limits.table.js';

/** Whose tries are counted. */
export interface Counted {
  readonly limit: LimitName;
  /** An account, an address, a network. Only a keyed hash of it is stored. */
  readonly of: string;
}

/** Milliseconds until the next try; undefined: this one may be made. */
export type Wait = number | undefined;

export interface Limiter {
  /** Counts one try in each of these, unless one of them has to wait. */
  take(counted: readonly Counted[]): Promise<Wait>;
  /** Gives a try back that was good. */
  giveBack(counted: readonly Counted[]): Promise<void>;
  /** Forgets all tries: whoever made the last one is who they say. */
  forget(counted: Counted): Promise<void>;
  /** The same as a change, for a commit. */
  forgetting(counted: Counted): DocumentChange;
}

const KIND = 'limit';

/** A record that changes this often while it is counted is under attack. */
const ATTEMPTS = 6;
const BUSY = 2000;

interface Tries {
  readonly count: number;
  /** Of the last try: milliseconds since the epoch. */
  readonly at: number;
}

export function createLimiter(
  secret: KeyObject,
  { records, clock }: { records: Pick<Records, 'get' | 'write'>; clock: Clock },
): Limiter {
  const idOf = ({ limit, of }: Counted): string =>
    createHmac('sha256', secret).update(`limit:${limit}:${of}`).digest('base64url');
  const change = (counted: Counted, next: (tries: Tries) => Tries | Wait): Promise<Wait> =>
    changed(idOf(counted), limits[counted.limit], next);

  async function changed(id: string, limit: Limit, next: (tries: Tries) => Tries | Wait): Promise<Wait> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = clock.now();
      const document = await records.get(KIND, id, now);
      const tries = next(document ? triesOf(document) : { count: 0, at: 0 });
      if (typeof tries !== 'object') return tries;
      const expires = now + limit.forgotten;
      const put = { kind: KIND, id, value: { ...tries }, keys: {}, expires };
      if (await wonRace(records.write({ op: 'put', document: put, expect: document?.version ?? 0 }))) return undefined;
    }
    return BUSY;
  }

  const take = (counted: Counted): Promise<Wait> =>
    change(counted, ({ count, at }) => {
      const wait = at + waitAfter(limits[counted.limit], count) - clock.now();
      return wait > 0 ? wait : { count: count + 1, at: clock.now() };
    });
  const giveBack = async (all: readonly Counted[]): Promise<void> => {
    for (const counted of all)
      await change(counted, ({ count, at }) => (count > 0 ? { count: count - 1, at } : undefined));
  };
  const forgetting = (counted: Counted): DocumentChange => ({ op: 'delete', kind: KIND, id: idOf(counted) });
  return {
    async take(all) {
      for (const [at, counted] of all.entries()) {
        const wait = await take(counted);
        if (wait === undefined) continue;
        await giveBack(all.slice(0, at));
        return wait;
      }
      return undefined;
    },
    giveBack,
    async forget(counted) {
      await records.write(forgetting(counted));
    },
    forgetting,
  };
}

const triesOf = ({ value }: Document): Tries => value as unknown as Tries;

/** Milliseconds to wait after so many tries. */
function waitAfter({ free, wait, longest }: Limit, count: number): number {
  return count < free ? 0 : Math.min(wait * 2 ** (count - free), longest);
}
