/** Whole segments go when their last entry is older than the trail is kept; how far each chain went stays known. */
import type { DocumentChange, Records } from '../../store/port.js';
import { BEGINNING, type ChainPlace } from './follow-chain.js';
import { LIST, SEGMENT, removalOf, type SegmentInfo } from './segment.js';
import type { Storing } from './storing.js';

/** Kind of the records that say where what is left of a chain begins. */
const DROPPED = 'audit-dropped';

/** Segments of one commit: other writes wait for it. */
const BATCH = 20;

/** Resolves with how many segments went. */
export async function dropExpired(parts: Storing, ended: () => boolean): Promise<number> {
  const { retention } = parts;
  if (retention === undefined) return 0;
  let dropped = 0;
  while (!ended()) {
    const oldest = await parts.records.find(SEGMENT, LIST, '', parts.now(), BATCH);
    const infos = oldest.map(({ value }) => value as unknown as SegmentInfo);
    const expired = infos.filter(({ last }) => last < parts.now() - retention);
    if (expired.length === 0) break;
    const places = await Promise.all([...endsOf(expired)].map(end => placeRecord(parts, end)));
    await parts.commit({ documents: [...expired.flatMap(removalOf), ...places] });
    dropped += expired.length;
  }
  return dropped;
}

/** Where what is left of a chain begins. */
export async function beginningOf(
  parts: { records: Pick<Records, 'get'>; now: () => number },
  chain: string,
): Promise<ChainPlace> {
  const record = await parts.records.get(DROPPED, chain, parts.now());
  return (record?.value as ChainPlace | undefined) ?? BEGINNING;
}

/** By chain, where its latest of these segments ends. */
function endsOf(segments: readonly SegmentInfo[]): Map<string, ChainPlace> {
  const ends = new Map<string, ChainPlace>();
  for (const { chain, line, count, end } of segments) {
    if (line + count > (ends.get(chain)?.line ?? 0)) ends.set(chain, { line: line + count, link: end });
  }
  return ends;
}

async function placeRecord(parts: Storing, [chain, end]: [string, ChainPlace]): Promise<DocumentChange> {
  const before = await beginningOf(parts, chain);
  const place = end.line > before.line ? end : before;
  return { op: 'put', document: { kind: DROPPED, id: chain, value: { ...place }, keys: {} } };
}
