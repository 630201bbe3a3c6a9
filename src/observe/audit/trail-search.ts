/**
 * Searches the audit trail segment by segment, in the order of time where the search is sorted so, and stops when the page
 * is full: memory holds a page and one segment.
 */
import { setImmediate } from 'node:timers/promises';
import { Fault } from '../../fhir/fault.js';
import type { Resource } from '../../fhir/resource.js';
import { tooCostly } from '../../search/limits.js';
import { matches } from '../../search/match.js';
import { newestFirst, sortValue, type SortValue } from '../../search/order.js';
import {
  CEILING,
  FLOOR,
  type Filter,
  type IndexEntries,
  type Position,
  type Search,
  type Sort,
} from '../../search/query.js';
import { auditEvent } from './audit-event.js';
import { createCandidates, type Candidates } from './candidates.js';
import { decide } from './decide.js';
import { instantOf, parseLine, type LoggedEntry } from './entry.js';
import { keysOf } from './keys.js';
import { both, DATE, drivingKeys, timesOf, type Times } from './narrow.js';
import { readRecent, type RecentParts } from './recent.js';
import { linesOf, SPAN, type SegmentInfo } from './segment.js';
import { storedSegments } from './stored-segments.js';

export interface TrailParts extends RecentParts {
  /** The index entries of an AuditEvent; `at` is when it was recorded. */
  index(event: Resource, at: number): IndexEntries;
}

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
  const byTime = isTime(lead);
  const descending = byTime && lead.descending;
  const order = [...sort.map(one => one.descending), descending];
  const candidates = createCandidates(query.limit + 1, order, query.after);
  const judge: Judge = { parts, where: query.where, sort, byTime, descending, candidates };
  const span = byTime ? both(timesOf(query.where), following(query.after, descending)) : timesOf(query.where);
  let looked = 0;
  const incomplete = await eachBatch(
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

/** @throws Fault `timeout` past the deadline */
export async function countTrail(
  parts: TrailParts,
  query: Pick<TrailQuery, 'where' | 'deadline'>,
  limit: number,
): Promise<number> {
  let count = 0;
  const span = timesOf(query.where);
  await eachBatch(
    parts,
    { ...query, span, descending: true },
    {
      wanted: () => count < limit,
      done: () => count >= limit,
      async take(entries) {
        for (const [at, logged] of entries.entries()) {
          if (count >= limit) return;
          if (at % SLICE === SLICE - 1) await setImmediate();
          if (isMatch(parts, query.where, logged)) count++;
        }
      },
    },
  );
  return Math.min(count, limit);
}

interface Visitor {
  /** Whether the segment has to be read. */
  wanted(info: SegmentInfo): boolean;
  /** Whether neither this segment nor any that follows it has to be read. */
  done(info: SegmentInfo): boolean;
  take(entries: readonly LoggedEntry[]): Promise<void>;
}

type BatchQuery = Pick<TrailQuery, 'where' | 'deadline'> & { span: Times; descending: boolean };

/** Hands over the recent entries, then those of the segments, each once; resolves with whether some could not be read. */
async function eachBatch(parts: TrailParts, query: BatchQuery, visitor: Visitor): Promise<boolean> {
  const { where, deadline, span, descending } = query;
  if (span.from > span.to) return false;
  const recent = await readRecent(parts);
  const known = new Set(recent.entries.map(({ id }) => id));
  let { incomplete } = recent;
  await visitor.take(recent.entries);
  for await (const info of storedSegments(
    parts.records,
    { ...span, keys: drivingKeys(where), descending },
    parts.now(),
  )) {
    if (parts.now() > deadline) throw new Fault('timeout', 'The audit trail could not be searched in time.');
    if (visitor.done(info)) break;
    if (!visitor.wanted(info)) continue;
    const entries = await entriesOf(parts, info);
    if (entries) await visitor.take(entries.filter(({ id }) => !known.has(id)));
    else incomplete = true;
  }
  return incomplete;
}

/** Undefined where they cannot be read, which is reported. */
async function entriesOf(parts: TrailParts, info: SegmentInfo): Promise<LoggedEntry[] | undefined> {
  try {
    return ((await linesOf(parts.records, info, parts.now())) ?? []).map(parseLine);
  } catch (error) {
    // The store is gone, not the segment.
    if (error instanceof Fault) throw error;
    parts.report(error, info.id);
    return undefined;
  }
}

interface Judge {
  parts: TrailParts;
  where: Filter;
  sort: readonly Sort[];
  byTime: boolean;
  descending: boolean;
  candidates: Candidates;
}

/** Adds the matches among these entries; those that come too late for the page are not even looked at. */
async function consider(judge: Judge, entries: readonly LoggedEntry[]): Promise<void> {
  const { parts, where, sort, byTime, descending, candidates } = judge;
  const sorted = byTime ? entries.toSorted((a, b) => (descending ? -1 : 1) * (a.entry.at - b.entry.at)) : entries;
  for (const [at, logged] of sorted.entries()) {
    if (at % SLICE === SLICE - 1) await setImmediate();
    if (byTime && candidates.full && !reachesInstant(candidates, logged.entry.at, descending)) return;
    if (!byTime && !isMatch(parts, where, logged)) continue;
    const position = [...sort.map(one => valueOf(parts, one, logged)), logged.id];
    if (candidates.admits(position) && (!byTime || isMatch(parts, where, logged))) candidates.add({ logged, position });
  }
}

function isMatch(parts: TrailParts, where: Filter, logged: LoggedEntry): boolean {
  const verdict = decide(where, logged, new Set(keysOf(logged.entry)));
  if (verdict !== undefined) return verdict;
  const { id, entry } = logged;
  return matches(
    where,
    { type: 'AuditEvent', id, updated: entry.at, index: indexOf(parts, logged) },
    { live: () => [] },
  );
}

const indexOf = (parts: TrailParts, { id, entry }: LoggedEntry): IndexEntries =>
  parts.index(auditEvent(id, entry), entry.at);

const isTime = (sort: Sort): boolean =>
  sort.by === 'main' || sort.by === 'updated' || sort.by === 'id' || (sort.by === 'range' && sort.key === DATE);

function valueOf(parts: TrailParts, sort: Sort, logged: LoggedEntry): SortValue {
  if (sort.by === 'id') return logged.id;
  if (isTime(sort)) return logged.entry.at;
  const { id, entry } = logged;
  return sortValue({ key: { type: 'AuditEvent', id }, at: entry.at, index: indexOf(parts, logged) }, sort);
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
