/** The entries of the audit trail for a search: those in no segment yet, then those of the segments that can hold matches. */
import { Fault } from '../../fhir/fault.js';
import type { Resource } from '../../fhir/resource.js';
import type { Filter, IndexEntries } from '../../search/query.js';
import { parseLine, type LoggedEntry } from './entry.js';
import { keyText, textIn } from './keys.js';
import { drivingKeys, type Times } from './narrow.js';
import { readRecent, type RecentParts } from './recent.js';
import { linesOf, type SegmentInfo } from './segment.js';
import { storedSegments } from './stored-segments.js';

export interface TrailParts extends RecentParts {
  /** The index entries of an AuditEvent; `at` is when it was recorded. */
  index(event: Resource, at: number): IndexEntries;
}

export interface EntriesQuery {
  readonly where: Filter;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly span: Times;
  /** The latest segments first. */
  readonly descending: boolean;
}

export interface Visitor {
  /** Whether the segment has to be read. `apart`: none of its entries was among the recent ones. */
  wanted(info: SegmentInfo, apart: boolean): boolean;
  /** Whether neither this segment nor any that follows it has to be read. */
  done(info: SegmentInfo): boolean;
  take(entries: readonly LoggedEntry[]): Promise<void>;
}

/**
 * Hands over each entry once; resolves with whether some could not be read.
 * @throws Fault `timeout` past the deadline
 */
export async function visitEntries(parts: TrailParts, query: EntriesQuery, visitor: Visitor): Promise<boolean> {
  const { where, deadline, span, descending } = query;
  if (span.from > span.to) return false;
  const recent = await readRecent(parts);
  const known = new Set(recent.entries.map(({ id }) => id));
  const oldest = recent.entries.reduce((least, { entry }) => Math.min(least, entry.at), Infinity);
  let { incomplete } = recent;
  await visitor.take(recent.entries);
  const driving = drivingKeys(where);
  const keys = [...new Set(driving.map(keyText))];
  const texts = driving.map(textIn);
  const mayMatch = (line: string): boolean => texts.some(text => text === undefined || line.includes(text));
  const segments = storedSegments(parts.records, { ...span, keys, descending }, parts.now());
  for await (const info of segments) {
    if (parts.now() > deadline) throw new Fault('timeout', 'The audit trail could not be searched in time.');
    if (visitor.done(info)) break;
    if (!visitor.wanted(info, info.last < oldest)) continue;
    const entries = await entriesOf(parts, info, driving.length === 0 ? undefined : mayMatch);
    if (entries) await visitor.take(entries.filter(({ id }) => !known.has(id)));
    else incomplete = true;
  }
  return incomplete;
}

/** Undefined where they cannot be read, which is reported. */
async function entriesOf(
  parts: TrailParts,
  info: SegmentInfo,
  mayMatch: (line: string) => boolean = () => true,
): Promise<LoggedEntry[] | undefined> {
  try {
    return ((await linesOf(parts.records, info, parts.now())) ?? []).filter(mayMatch).map(parseLine);
  } catch (error) {
    // The store is gone, not the segment.
    if (error instanceof Fault) throw error;
    parts.report(error, info.id);
    return undefined;
  }
}
