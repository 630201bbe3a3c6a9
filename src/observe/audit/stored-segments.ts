/** Lists stored segments by time and, where a search names some, by the keys of their entries. */
import type { Document, Records } from '../../store/port.js';
import { stamp } from './entry.js';
import type { Times } from './narrow.js';
import { INDEX, LIST, SEGMENT, SPAN, type SegmentInfo } from './segment.js';

export interface SegmentQuery extends Times {
  /** Segments with an entry of any of these; empty: all. */
  readonly keys: readonly string[];
  /** The latest first. */
  readonly descending: boolean;
}

/** Records read at a time. */
const PAGE = 32;
/** Lists merged; where more keys are named, the list of all segments is read. */
const MAX_LISTS = 16;

/** The segments that overlap the span, by their first entry. */
export async function* storedSegments(
  records: Pick<Records, 'find'>,
  query: SegmentQuery,
  now: number,
): AsyncGenerator<SegmentInfo> {
  const { keys, descending, from, to } = query;
  const lists =
    keys.length === 0 || keys.length > MAX_LISTS ? [[SEGMENT, LIST] as const] : keys.map(key => [INDEX, key] as const);
  const infos = merged(
    lists.map(list => infosOf(records, list, query, now)),
    descending,
  );
  for await (const info of infos) {
    if (descending ? info.first < from - SPAN : info.first > to) return;
    if (info.last >= from && info.first <= to) yield info;
  }
}

async function* infosOf(
  records: Pick<Records, 'find'>,
  [kind, key]: readonly [kind: string, key: string],
  { descending, from, to }: SegmentQuery,
  now: number,
): AsyncGenerator<SegmentInfo> {
  let after = descending ? beyond(to) : stamp(from - SPAN);
  for (;;) {
    const documents = await records.find(kind, key, '', now, PAGE, { after, descending });
    yield* documents.map(({ value }: Document) => value as unknown as SegmentInfo);
    if (documents.length < PAGE) return;
    after = documents.at(-1)!.id;
  }
}

/** Follows all ids that begin with an instant up to this one. */
const beyond = (to: number): string => stamp(Math.min(to + 1, LATEST));
/** The last instant that `stamp` writes in nine digits. */
const LATEST = 36 ** 9 - 1;

/** Lists in one order as one list, each segment once. */
async function* merged(lists: AsyncGenerator<SegmentInfo>[], descending: boolean): AsyncGenerator<SegmentInfo> {
  const heads = await Promise.all(lists.map(list => list.next()));
  for (;;) {
    const next = heads
      .flatMap(head => (head.done ? [] : [head.value]))
      .reduce<SegmentInfo | undefined>(earlier, undefined);
    if (!next) return;
    yield next;
    await Promise.all(
      heads.map(async (head, at) => {
        if (!head.done && head.value.id === next.id) heads[at] = await lists[at]!.next();
      }),
    );
  }

  function earlier(one: SegmentInfo | undefined, other: SegmentInfo): SegmentInfo {
    if (!one) return other;
    return other.id < one.id === !descending ? other : one;
  }
}
