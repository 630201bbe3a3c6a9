/** Counts AuditEvents. */
import { setImmediate } from 'node:timers/promises';
import type { Filter } from '../../search/query.js';
import { timesOf } from './narrow.js';
import { visitEntries, type TrailParts } from './trail-entries.js';
import { matcher } from './trail-match.js';

/** Entries worked on in one turn of the event loop. */
const SLICE = 50;

/**
 * The number of matches, counted no further than `limit`.
 * @throws Fault `timeout` past the deadline
 */
export async function countTrail(
  parts: TrailParts,
  { where, deadline }: { where: Filter; deadline: number },
  limit: number,
): Promise<number> {
  let count = 0;
  const isMatch = matcher(parts, where);
  const query = { where, deadline, span: timesOf(where), descending: true };
  await visitEntries(parts, query, {
    wanted(info, apart) {
      if (where.kind !== 'all' || !apart) return true;
      count += info.count;
      return false;
    },
    done: () => count >= limit,
    async take(entries) {
      for (const [at, logged] of entries.entries()) {
        if (at % SLICE === SLICE - 1) await setImmediate();
        if (isMatch(logged)) count++;
        if (count >= limit) return;
      }
    },
  });
  return Math.min(count, limit);
}
