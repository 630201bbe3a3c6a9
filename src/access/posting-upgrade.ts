/**
 * Gives what an earlier release wrote to a storage the postings that policies look for: once, before anything is served. A
 * resource that only its labels hide would be seen until its next write otherwise.
 */
import type { Clock } from '../fhir/clock.js';
import { unlessConflict } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { Position } from '../search/query.js';
import type { DocumentChange, Records, Store, Version } from '../store/port.js';
import type { BinaryOwnersParts } from './binary-owners.js';
import { compartmentPaths } from './compartment-paths.table.js';

/** Another id after a release that adds postings to what patients have of their own. */
const DONE = { kind: 'setup', id: 'words-and-counts-of-messages' };
/** What patients have of their own; Binaries last, which follow the others. */
const TYPES = Object.keys(compartmentPaths)
  .filter(type => Array.isArray(compartmentPaths[type]))
  .sort((a, b) => Number(a === 'Binary') - Number(b === 'Binary'));
const PAGE = 100;

export interface PostingUpgradeParts {
  /** One that keeps Binaries in step (binary-owners.ts). */
  readonly store: Store;
  readonly records: Pick<Records, 'get' | 'write'>;
  readonly clock: Clock;
  readonly index: BinaryOwnersParts['index'];
}

/** Processes that start at once may all do it: each gives the same entries. */
export async function upgradePostings(parts: PostingUpgradeParts, partitions: readonly string[]): Promise<void> {
  const { records, clock } = parts;
  if (await records.get(DONE.kind, DONE.id, clock.now())) return;
  for (const partition of partitions) for (const type of TYPES) await upgradeType(partition, type, parts);
  const done: DocumentChange = { op: 'put', document: { ...DONE, value: {}, keys: {} } };
  await records.write(done);
}

async function upgradeType(partition: string, type: string, parts: PostingUpgradeParts): Promise<void> {
  let after: Position | undefined;
  do {
    const page = await parts.store.scan(partition, type, PAGE, after);
    await upgrade(page.rows, parts);
    after = page.next;
  } while (after);
}

/** All at once, or one by one where another process writes some of them: a context that is written meanwhile finds its own. */
async function upgrade(rows: readonly Version[], { store, index }: PostingUpgradeParts): Promise<void> {
  if (rows.length === 0) return;
  const indexed = async ({ key, version, at, json }: Version) => ({
    ...{ key, version },
    index: await index(parseStored<Resource>(json), at, key.partition),
  });
  const reindex = await Promise.all(rows.map(indexed));
  try {
    await store.commit({ reindex });
  } catch (error) {
    unlessConflict(error);
    for (const one of reindex) await store.commit({ reindex: [one] }).catch(unlessConflict);
  }
}
