/** The first matches of a search in its order, no more of them than a page takes. */
import { compareLists, type SortValue } from '../../search/order.js';
import type { Position } from '../../search/query.js';
import type { LoggedEntry } from './entry.js';

export interface Candidate {
  readonly logged: LoggedEntry;
  /** Values of the sort keys, and the id. */
  readonly position: readonly SortValue[];
}

export interface Candidates {
  /** Takes a match where it belongs among the first; one that is there already counts once. */
  add(candidate: Candidate): void;
  /** Whether a match at this position would be among the first. */
  admits(position: readonly SortValue[]): boolean;
  readonly list: readonly Candidate[];
  readonly full: boolean;
}

/**
 * @param descending of each sort key, and of the id
 * @param after only what follows this position counts
 */
export function createCandidates(
  most: number,
  descending: readonly boolean[],
  after: Position | undefined,
): Candidates {
  const list: Candidate[] = [];
  const keys = descending.slice(0, -1);
  const idsDescend = descending.at(-1) === true;
  const order = (a: readonly SortValue[], b: readonly SortValue[]): number =>
    compareLists(a, b, keys) || compareIds(String(a.at(-1)), String(b.at(-1))) * (idsDescend ? -1 : 1);
  const admits = (position: readonly SortValue[]): boolean => {
    if (after && order(position, after) <= 0) return false;
    return list.length < most || order(position, list.at(-1)!.position) < 0;
  };
  return {
    list,
    admits,
    get full() {
      return list.length === most;
    },
    add(candidate) {
      if (!admits(candidate.position)) return;
      const at = placeOf(list, candidate, order);
      if (list[at] && order(list[at].position, candidate.position) === 0) return;
      list.splice(at, 0, candidate);
      if (list.length > most) list.pop();
    },
  };
}

/** Ids are ASCII. */
const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The index of the first that does not come before it. */
function placeOf(
  list: readonly Candidate[],
  { position }: Candidate,
  order: (a: readonly SortValue[], b: readonly SortValue[]) => number,
): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(list[middle]!.position, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
