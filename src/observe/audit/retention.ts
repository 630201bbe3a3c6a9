/** Whole segments go when their last entry is older than the trail is kept. */
import type { DocumentChange } from '../../store/port.js';
import { LIST, SEGMENT, removalOf, type SegmentInfo } from './segment.js';
import type { Storing } from './storing.js';

/** Segments of one commit: other writes wait for it. */
const BATCH = 20;

/** Resolves with how many segments went. */
export async function dropExpired(parts: Storing, ended: () => boolean): Promise<number> {
  const { records, retention } = parts;
  if (retention === undefined) return 0;
  let dropped = 0;
  while (!ended()) {
    const oldest = await records.find(SEGMENT, LIST, '', parts.now(), BATCH);
    const infos = oldest.map(({ value }) => value as unknown as SegmentInfo);
    const expired = infos.filter(({ last }) => last < parts.now() - retention);
    if (expired.length === 0) break;
    const documents: DocumentChange[] = expired.flatMap(removalOf);
    await parts.commit({ documents });
    dropped += expired.length;
  }
  return dropped;
}
