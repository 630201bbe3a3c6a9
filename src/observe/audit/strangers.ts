/**
 * Refusals of callers that nobody knows: anybody can make as many as they like. Of those alike the first few of a minute are
 * audited one by one, and the rest by their number.
 */
import type { AuditEntry } from '../../service.js';

/** Refusals alike that are audited one by one within a minute. */
const ALONE = 10;
const MINUTE = 60_000;

/** Kinds of refusals that are counted at once; beyond, all that are left count as one kind. */
const KINDS = 500;

interface Bucket {
  minute: number;
  seen: number;
  /** The latest of those that are only counted. */
  last?: AuditEntry;
}

export interface Strangers {
  /** Resolves once the entry is in the log or counted. */
  append(entry: AuditEntry): Promise<void>;
  /** Audits what was counted until this instant, whose minute is over. Infinity: all. */
  flush(at: number): Promise<void>;
}

/** Whether nobody known made the request, and it was refused for that. */
export const isStranger = ({ actor, client, status }: AuditEntry): boolean =>
  actor === '' && client === '' && status === 401;

/** @param append to the log */
export function countStrangers(append: (entry: AuditEntry) => Promise<void>): Strangers {
  const buckets = new Map<string, Bucket>();

  const summary = ({ last, seen }: Bucket): Promise<void>[] => {
    const more = seen - ALONE;
    return last ? [append({ ...last, reasons: [`${more} refusals like this one within a minute`] })] : [];
  };
  return {
    async append(entry) {
      const minute = Math.floor(entry.at / MINUTE);
      const kind = kindOf(entry, buckets);
      const before = buckets.get(kind);
      const bucket = before?.minute === minute ? before : { minute, seen: 0 };
      buckets.set(kind, bucket);
      if (before && before !== bucket) await Promise.all(summary(before));
      bucket.seen += 1;
      if (bucket.seen > ALONE) Object.assign(bucket, { last: entry });
      else await append(entry).catch((error: unknown) => uncounted(bucket, error));
    },
    async flush(at) {
      const over = [...buckets].filter(([, { minute }]) => minute < Math.floor(at / MINUTE));
      for (const [kind] of over) buckets.delete(kind);
      await Promise.all(over.flatMap(([, bucket]) => summary(bucket)));
    },
  };
}

/** What the log did not take is not one of the first few. */
function uncounted(bucket: Bucket, error: unknown): never {
  bucket.seen -= 1;
  throw error;
}

/** By endpoint, interaction and type: ids are as many as a stranger likes. */
function kindOf({ base = '', action, target }: AuditEntry, buckets: ReadonlyMap<string, unknown>): string {
  const kind = JSON.stringify([base, action, target.split('/')[0]]);
  return buckets.has(kind) || buckets.size < KINDS ? kind : '';
}
