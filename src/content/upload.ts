/**
 * Blobs that no commit has claimed yet. Before a blob is begun a record says so, due in an hour; the commit that names the
 * blob deletes the record, and fails where it is gone. What is due is swept: the blob first, so that nothing is forgotten.
 */
import type { World } from '../fhir/clock.js';
import type { Blobs, DocumentChange, Records } from '../store/port.js';

const UPLOAD = 'upload';
/** Milliseconds in which a commit must claim what was written for it. */
const HOUR = 60 * 60 * 1000;
/** Blobs swept in one round. */
export const SWEPT_AT_ONCE = 100;

export interface UploadParts extends Pick<World, 'ids' | 'clock'> {
  blobs: Blobs;
  records: Records;
}

/** Writes a blob; it is swept unless the change set that names it carries its claim. */
export async function upload(
  { blobs, records, ids, clock }: UploadParts,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ id: string; size: number }> {
  const [id, now] = [ids.next(), clock.now()];
  const document = { kind: UPLOAD, id, value: {}, keys: {}, due: now + HOUR };
  await records.write({ op: 'put', document, expect: 0 });
  return blobs.put(id, bytes, now);
}

/** Rides in the commit that names the blob. Where the sweep was faster, the commit conflicts. */
export const claimOf = (id: string): DocumentChange => ({ op: 'delete', kind: UPLOAD, id, expect: 1 });

/** One round of the sweep; resolves with how many blobs it deleted. Any number of processes may sweep. */
export async function sweepUploads({ blobs, records, clock }: Omit<UploadParts, 'ids'>): Promise<number> {
  const now = clock.now();
  // From the lease on no commit can claim them: their records have another version.
  const abandoned = await records.lease(UPLOAD, now, now + HOUR, SWEPT_AT_ONCE);
  for (const { id } of abandoned) {
    await blobs.delete(id);
    await records.write({ op: 'delete', kind: UPLOAD, id });
  }
  return abandoned.length;
}
