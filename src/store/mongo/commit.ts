/** One change set as one transaction. */
import { createHash } from 'node:crypto';
import type { AnyBulkWriteOperation, ClientSession, MongoClient } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import type { ChangeSet, Criterion, Put } from '../port.js';
import { applyChange } from './documents.js';
import { reindexed, superseded, versionRow, type Collections, type VersionRow } from './layout.js';
import { conflict, isDuplicate } from './mongo-fault.js';
import { holds } from './reader.js';
import { inTransaction } from './transaction.js';

const lockOf = ({ partition, type, where }: Criterion): string =>
  createHash('sha256')
    .update(JSON.stringify([partition, type, where]))
    .digest('base64url');

/** Makes commits with equal criteria conflict, since a snapshot alone does not see what another is about to insert. */
async function lock({ locks }: Collections, criteria: readonly Criterion[], at: Date, session: ClientSession) {
  for (const _id of new Set(criteria.map(lockOf).sort())) {
    await locks.updateOne({ _id }, { $inc: { count: 1 }, $set: { at } }, { upsert: true, session });
  }
}

async function check({ versions }: Collections, criteria: readonly Criterion[], session: ClientSession) {
  const reader = { versions, options: () => ({ session }) };
  for (const criterion of criteria) if (!(await holds(reader, criterion))) throw conflict();
}

function operationsOf(put: Put): AnyBulkWriteOperation<VersionRow>[] {
  const insert = { insertOne: { document: versionRow(put) } };
  if (put.version === 1) return [insert];
  const { partition, type, id } = put.key;
  const before = { partition, type, id, version: put.version - 1, current: true };
  return [{ updateOne: { filter: before, update: superseded(put.at) } }, insert];
}

async function write({ versions }: Collections, puts: readonly Put[], session: ClientSession): Promise<void> {
  if (puts.length === 0) return;
  try {
    const { matchedCount } = await versions.bulkWrite(puts.flatMap(operationsOf), { session });
    if (matchedCount !== puts.filter(put => put.version > 1).length) throw conflict();
  } catch (error) {
    throw isDuplicate(error) ? conflict() : error;
  }
}

/** A put whose predecessor is no longer current has lost its race for good: one look spares a transaction. */
async function checkPredecessors({ versions }: Collections, puts: readonly Put[]): Promise<void> {
  const before = puts.filter(put => put.version > 1);
  if (before.length === 0) return;
  const wanted = before.map(({ key, version }) => ({ ...key, version: version - 1, current: true }));
  if ((await versions.countDocuments({ $or: wanted })) < wanted.length) throw conflict();
}

async function reindex({ versions }: Collections, changes: NonNullable<ChangeSet['reindex']>, session: ClientSession) {
  if (changes.length === 0) return;
  const operations = changes.map(({ key, version, index }) => ({
    updateOne: { filter: { ...key, version, current: true }, update: reindexed(index) },
  }));
  await versions.bulkWrite(operations, { session });
}

/** @throws Fault `conflict`; errors of the driver */
export async function commitChanges(
  client: MongoClient,
  collections: Collections,
  { puts = [], reindex: entries = [], criteria = [], documents = [] }: ChangeSet,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  const work = async (session: ClientSession): Promise<void> => {
    await lock(collections, criteria, new Date(now), session);
    await check(collections, criteria, session);
    await write(collections, puts, session);
    await reindex(collections, entries, session);
    for (const change of documents) await applyChange(collections.records, change, now, session);
  };
  await inTransaction(client, work, () => checkPredecessors(collections, puts));
}
