/**
 * Blobs that no commit has claimed yet. Before a blob is begun a record says so, due in an hour; the commit that names the
 * blob deletes the record, and fails where it is gone. What is due is swept: the blob first, so that nothing is forgotten.
 * What a request has written in vain is swept as soon as it is answered.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { unlessConflict } from '../fhir/fault.js';
import type { World } from '../fhir/clock.js';
import type { Blobs, DocumentChange, Records } from '../store/port.js';

export const UPLOAD = 'upload';
/** Milliseconds in which a commit must claim what was written for it. */
const HOUR = 60 * 60 * 1000;
/** Blobs swept in one round. */
export const SWEPT_AT_ONCE = 100;

export interface UploadParts extends Pick<World, 'ids' | 'clock'> {
  blobs: Blobs;
  records: Records;
}

/** Ids of the blobs that the request under way has begun. */
const begun = new AsyncLocalStorage<Set<string>>();

/** Does the work of one request, and sweeps the blobs that no commit of it has claimed. A sweep that fails is left to the next round. */
export async function withoutRemains<T>(parts: Omit<UploadParts, 'ids'>, work: () => Promise<T>): Promise<T> {
  const ids = new Set<string>();
  try {
    return await begun.run(ids, work);
  } finally {
    await Promise.all([...ids].map(id => sweepOne(parts, id).catch(() => undefined)));
  }
}

async function sweepOne({ blobs, records, clock }: Omit<UploadParts, 'ids'>, id: string): Promise<void> {
  const document = { kind: UPLOAD, id, value: {}, keys: {}, due: clock.now() + HOUR };
  // Another version of the record: no commit can claim the blob any more. One that has done so took the record away.
  const version = await records.write({ op: 'put', document, expect: 1 }).catch(unlessConflict);
  if (version === undefined) return;
  await blobs.delete(id);
  await records.write({ op: 'delete', kind: UPLOAD, id });
}

/** Writes a blob; it is swept unless the change set that names it carries its claim. */
export async function upload(
  { blobs, records, ids, clock }: UploadParts,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ id: string; size: number }> {
  const [id, now] = [ids.next(), clock.now()];
  const document = { kind: UPLOAD, id, value: {}, keys: {}, due: now + HOUR };
  await records.write({ op: 'put', document, expect: 0 });
  begun.getStore()?.add(id);
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
