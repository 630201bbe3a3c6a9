/**
 * Searches the audit trail segment by segment, in the order of time where the search is sorted so, and stops when the page
 * is full: memory holds a page and one segment.
 */
import { setImmediate } from 'node:timers/promises';
import { tooCostly } from '../../search/limits.js';
import { newestFirst } from '../../search/order.js';
import { CEILING, FLOOR, type Filter, type Position, type Search, type Sort } from '../../search/query.js';
import { createCandidates, type Candidates } from './candidates.js';
import { instantOf, type LoggedEntry } from './entry.js';
import { both, timesOf, type Times } from './narrow.js';
import { SPAN, type SegmentInfo } from './segment.js';
import { visitEntries, type TrailParts } from './trail-entries.js';
import { isByTime, matcher, valueOf } from './trail-match.js';

export interface TrailPage {
  entries: LoggedEntry[];
  /** Present where there are more. */
  next?: Position;
  /** Some of the trail could not be read. */
  incomplete: boolean;
}

export type TrailQuery = Pick<Search, 'sort' | 'limit' | 'after' | 'deadline'> & { where: Filter };

/** Entries that are looked at for a search that is not sorted by time. */
const MOST_SORTED = 100_000;
/** Entries worked on in one turn of the event loop. */
const SLICE = 50;

/** @throws Fault `timeout` past the deadline, `too-costly` where everything would have to be sorted */
export async function searchTrail(parts: TrailParts, query: TrailQuery): Promise<TrailPage> {
  const sort = query.sort.length === 0 ? newestFirst : query.sort;
  const [lead] = sort as [Sort];
  const byTime = isByTime(lead);
  const descending = byTime && lead.descending;
  const order = [...sort.map(one => one.descending), descending];
  const candidates = createCandidates(query.limit + 1, order, query.after);
  const judge: Judge = { parts, isMatch: matcher(parts, query.where), sort, byTime, descending, candidates };
  const span = byTime ? both(timesOf(query.where), following(query.after, descending)) : timesOf(query.where);
  let looked = 0;
  const incomplete = await visitEntries(
    parts,
    { ...query, span, descending },
    {
      wanted: info => !byTime || reaches(candidates, info, descending),
      done: info => byTime && !reaches(candidates, farthest(info, descending), descending),
      async take(entries) {
        looked += entries.length;
        if (!byTime && looked > MOST_SORTED)
          throw tooCostly('Ask for a period, a patient or an agent, or sort by date.');
        await consider(judge, entries);
      },
    },
  );
  return { ...pageOf(candidates, query.limit), incomplete };
}

interface Judge {
  parts: TrailParts;
  isMatch: (logged: LoggedEntry) => boolean;
  sort: readonly Sort[];
  byTime: boolean;
  descending: boolean;
  candidates: Candidates;
}

/** Adds the matches among these entries. In a search by time it stops at the first entry that no longer reaches the page. */
async function consider(judge: Judge, entries: readonly LoggedEntry[]): Promise<void> {
  const { parts, isMatch, sort, byTime, descending, candidates } = judge;
  const sorted = byTime ? entries.toSorted((a, b) => (descending ? -1 : 1) * (a.entry.at - b.entry.at)) : entries;
  for (const [at, logged] of sorted.entries()) {
    if (at % SLICE === SLICE - 1) await setImmediate();
    if (byTime && candidates.full && !reachesInstant(candidates, logged.entry.at, descending)) return;
    if (!byTime && !isMatch(logged)) continue;
    const position = [...sort.map(one => valueOf(parts, one, logged)), logged.id];
    if (candidates.admits(position) && (!byTime || isMatch(logged))) candidates.add({ logged, position });
  }
}

/** The span in which what follows a position lies, of a search by time. The id is the last of its values. */
function following(after: Position | undefined, descending: boolean): Times {
  const at = after && instantOf(String(after.at(-1)));
  if (at === undefined) return { from: FLOOR, to: CEILING };
  return descending ? { from: FLOOR, to: at } : { from: at, to: CEILING };
}

/** Whether entries of the segment may be among the first. */
const reaches = (
  candidates: Candidates,
  { first, last }: Pick<SegmentInfo, 'first' | 'last'>,
  descending: boolean,
): boolean => !candidates.full || reachesInstant(candidates, descending ? last : first, descending);

function reachesInstant({ list }: Candidates, at: number, descending: boolean): boolean {
  const worst = list.at(-1)!.logged.entry.at;
  return descending ? at >= worst : at <= worst;
}

/** Within what bounds this segment and all that follow it lie: they are listed by their first entries. */
const farthest = ({ first }: SegmentInfo, descending: boolean): Pick<SegmentInfo, 'first' | 'last'> =>
  descending ? { first: FLOOR, last: first + SPAN } : { first, last: CEILING };

function pageOf({ list }: Candidates, limit: number): Omit<TrailPage, 'incomplete'> {
  const shown = list.slice(0, limit);
  const entries = shown.map(({ logged }) => logged);
  return list.length > limit ? { entries, next: shown.at(-1)!.position } : { entries };
}
