/**
 * Whether an entry's AuditEvent matches a filter, where that follows from the entry alone: making the event and its index
 * costs a hundred times as much. What does not follow is left to the interpreter of the query tree (search/match.ts).
 */
import { passes } from '../../search/match.js';
import { typePosting, type Filter, type RangeTest } from '../../search/query.js';
import type { LoggedEntry } from './entry.js';
import { hasKey, keyOfPosting } from './keys.js';
import { DATE } from './narrow.js';

const TYPE = typePosting('AuditEvent');

/** Undefined: the entry alone does not decide. */
export type Decide = (logged: LoggedEntry) => boolean | undefined;

/** The filter as a function, compiled once for a search. */
export function createDecide(filter: Filter): Decide {
  switch (filter.kind) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'and':
      return firstOf(filter.of.map(createDecide), false);
    case 'or':
      return firstOf(filter.of.map(createDecide), true);
    case 'not':
      return opposite(createDecide(filter.of));
    case 'id':
      return ({ id }) => filter.ids.includes(id);
    case 'posting':
      return ofPosting(filter.key);
    case 'updated':
      return ofInstant(filter.test);
    case 'range':
      return filter.key === DATE && !filter.second ? ofInstant(filter.test) : unknown;
    default:
      return unknown;
  }
}

const unknown: Decide = () => undefined;

function ofPosting(posting: string): Decide {
  if (posting === TYPE) return () => true;
  const key = keyOfPosting(posting);
  return key === undefined ? unknown : ({ entry }) => hasKey(entry, key);
}

const ofInstant =
  (test: RangeTest): Decide =>
  ({ entry: { at } }) =>
    passes({ lo: at, hi: at }, test);

const opposite =
  (decide: Decide): Decide =>
  logged => {
    const verdict = decide(logged);
    return verdict === undefined ? undefined : !verdict;
  };

/** `wanted` where any part is so, the opposite where all parts are; undefined where neither is known. */
function firstOf(parts: readonly Decide[], wanted: boolean): Decide {
  return logged => {
    let known = true;
    for (const decide of parts) {
      const verdict = decide(logged);
      if (verdict === wanted) return wanted;
      known &&= verdict !== undefined;
    }
    return known ? !wanted : undefined;
  };
}
