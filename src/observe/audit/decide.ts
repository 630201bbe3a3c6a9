/**
 * Whether an entry's AuditEvent matches a filter, where that follows from the entry alone: making the event and its index
 * costs a hundred times as much. What does not follow is left to the interpreter of the query tree (search/match.ts).
 */
import { passes } from '../../search/match.js';
import { typePosting, type Filter } from '../../search/query.js';
import type { LoggedEntry } from './entry.js';
import { keyOfPosting } from './keys.js';
import { DATE } from './narrow.js';

const TYPE = typePosting('AuditEvent');

/** @param keys of the entry (keys.ts); undefined: the entry alone does not tell */
export function decide(filter: Filter, logged: LoggedEntry, keys: ReadonlySet<string>): boolean | undefined {
  const { at } = logged.entry;
  switch (filter.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return firstOf(filter.of, part => decide(part, logged, keys), false);
    case 'or':
      return firstOf(filter.of, part => decide(part, logged, keys), true);
    case 'not': {
      const inner = decide(filter.of, logged, keys);
      return inner === undefined ? undefined : !inner;
    }
    case 'id':
      return filter.ids.includes(logged.id);
    case 'posting': {
      if (filter.key === TYPE) return true;
      const key = keyOfPosting(filter.key);
      return key === undefined ? undefined : keys.has(key);
    }
    case 'updated':
      return passes({ lo: at, hi: at }, filter.test);
    case 'range':
      return filter.key === DATE && !filter.second ? passes({ lo: at, hi: at }, filter.test) : undefined;
    default:
      return undefined;
  }
}

/** `wanted` where any part is so, the opposite where all parts are; undefined where neither is known. */
function firstOf(
  parts: readonly Filter[],
  judge: (part: Filter) => boolean | undefined,
  wanted: boolean,
): boolean | undefined {
  let known = true;
  for (const part of parts) {
    const verdict = judge(part);
    if (verdict === wanted) return wanted;
    known &&= verdict !== undefined;
  }
  return known ? !wanted : undefined;
}
