/** What a search of AuditEvents says of the entries that can match: keys, of which they have one each, and a span of time. */
import { CEILING, FLOOR, type Filter, type RangeTest } from '../../search/query.js';
import { instantOf } from './entry.js';
import { INDEXED, keyOfPosting, type Key } from './keys.js';

/** Both ends included; milliseconds since the epoch. */
export interface Times {
  readonly from: number;
  readonly to: number;
}

const ALWAYS: Times = { from: FLOOR, to: CEILING };
const NEVER: Times = { from: CEILING, to: FLOOR };

/** The key of AuditEvent.recorded. */
export const DATE = 'AuditEvent|date';

/** Keys to find segments by: a match has at least one of them. Empty: the filter says nothing of the kind. */
export function drivingKeys(filter: Filter): readonly Key[] {
  const sets = keySets(filter).filter(keys => keys.every(key => rank(key) >= 0));
  return sets.toSorted((a, b) => Math.max(...a.map(rank)) - Math.max(...b.map(rank)))[0] ?? [];
}

const rank = ({ kind }: Key): number => INDEXED.indexOf(kind);

/** Sets of keys of each of which a match has at least one. */
function keySets(filter: Filter): Key[][] {
  switch (filter.kind) {
    case 'posting': {
      const key = keyOfPosting(filter.key);
      return key === undefined ? [] : [[key]];
    }
    case 'and':
      return filter.of.flatMap(keySets);
    case 'or': {
      const parts = filter.of.map(drivingKeys);
      return parts.some(keys => keys.length === 0) ? [] : [parts.flat()];
    }
    default:
      return [];
  }
}

/** The span in which all matches lie. */
export function timesOf(filter: Filter): Times {
  switch (filter.kind) {
    case 'and':
      return filter.of.map(timesOf).reduce(both, ALWAYS);
    case 'or':
      return filter.of.map(timesOf).reduce(either, NEVER);
    case 'none':
      return NEVER;
    case 'updated':
      return timesOfTest(filter.test);
    case 'range':
      return filter.key === DATE ? timesOfTest(filter.test) : ALWAYS;
    case 'id':
      return filter.ids.map(timesOfId).reduce(either, NEVER);
    default:
      return ALWAYS;
  }
}

export const both = (a: Times, b: Times): Times => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });
const either = (a: Times, b: Times): Times => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });

function timesOfId(id: string): Times {
  const at = instantOf(id);
  return at === undefined ? NEVER : { from: at, to: at };
}

/** Of an instant; https://hl7.org/fhir/R4/search.html#prefix */
function timesOfTest({ op, lo, hi }: RangeTest): Times {
  switch (op) {
    case 'eq':
    case 'ap':
      return { from: lo, to: hi };
    case 'gt':
    case 'sa':
      return { from: hi, to: CEILING };
    case 'ge':
      return { from: lo, to: CEILING };
    case 'lt':
    case 'eb':
      return { from: FLOOR, to: lo };
    case 'le':
      return { from: FLOOR, to: hi };
    case 'ne':
      return ALWAYS;
  }
}
