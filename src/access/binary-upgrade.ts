/** Gives the Binaries of a storage that an earlier release wrote their owners: once, before anything is served. */
import type { Clock } from '../fhir/clock.js';
import { unlessConflict } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { Position } from '../search/query.js';
import type { DocumentChange, Records, Store, Version } from '../store/port.js';
import type { BinaryOwnersParts } from './binary-owners.js';

const DONE = { kind: 'setup', id: 'binary-owners' };
const PAGE = 100;

export interface BinaryUpgradeParts {
  /** One that keeps Binaries in step (binary-owners.ts). */
  readonly store: Store;
  readonly records: Pick<Records, 'get' | 'write'>;
  readonly clock: Clock;
  readonly index: BinaryOwnersParts['index'];
}

/** Processes that start at once may all do it: each gives the same entries. */
export async function upgradeBinaries(parts: BinaryUpgradeParts, partitions: readonly string[]): Promise<void> {
  const { records, clock } = parts;
  if (await records.get(DONE.kind, DONE.id, clock.now())) return;
  for (const partition of partitions) await upgradePartition(partition, parts);
  const done: DocumentChange = { op: 'put', document: { ...DONE, value: {}, keys: {} } };
  await records.write(done);
}

async function upgradePartition(partition: string, parts: BinaryUpgradeParts): Promise<void> {
  let after: Position | undefined;
  do {
    const page = await parts.store.scan(partition, 'Binary', PAGE, after);
    for (const row of page.rows) await upgrade(row, parts);
    after = page.next;
  } while (after);
}

/** A context that is written meanwhile finds the Binary itself. */
async function upgrade({ key, version, at, json }: Version, { store, index }: BinaryUpgradeParts): Promise<void> {
  const entries = await index(parseStored<Resource>(json), at, key.partition);
  await store.commit({ reindex: [{ key, version, index: entries }] }).catch(unlessConflict);
}
