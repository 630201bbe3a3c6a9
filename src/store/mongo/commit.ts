/** One change set as one transaction. */
import type { AnyBulkWriteOperation, ClientSession, MongoClient } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import type { ChangeSet, Criterion, Key, Put } from '../port.js';
import { applyChange } from './documents.js';
import { reindexed, superseded, versionId, versionRow, type Collections, type VersionRow } from './collections.js';
import { locksOf } from './locks.js';
import { conflict, isDuplicate } from './mongo-fault.js';
import { holds, type ReadLimits, type BoundedRead } from './reader.js';
import { inTransaction } from './transaction.js';
import type { Turns } from './turns.js';

/** Makes commits that share a lock conflict, since a snapshot alone does not see what another is about to insert. */
async function lock({ locks }: Collections, ids: readonly string[], at: Date, session: ClientSession): Promise<void> {
  if (ids.length === 0) return;
  const raise = { $inc: { count: 1 }, $set: { at } };
  await locks.bulkWrite(
    ids.map(_id => ({ updateOne: { filter: { _id }, update: raise, upsert: true } })),
    { session },
  );
}

async function check(reader: BoundedRead, criteria: readonly Criterion[]): Promise<void> {
  for (const criterion of criteria) if (!(await holds(reader, criterion))) throw conflict();
}

/** A version that is current: named by its id, with the fields that say on which shard it is. */
function currentRow({ partition, type, id }: Key, version: number) {
  return { _id: versionId({ partition, type, id }, version), partition, type, id, current: true };
}

function operationsOf(put: Put): AnyBulkWriteOperation<VersionRow>[] {
  const insert = { insertOne: { document: versionRow(put) } };
  if (put.version === 1) return [insert];
  const before = currentRow(put.key, put.version - 1);
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
  const wanted = before.map(({ key, version }) => versionId(key, version - 1));
  if ((await versions.countDocuments({ _id: { $in: wanted }, current: true })) < wanted.length) throw conflict();
}

async function reindex({ versions }: Collections, changes: NonNullable<ChangeSet['reindex']>, session: ClientSession) {
  if (changes.length === 0) return;
  const operations = changes.map(({ key, version, index }) => ({
    updateOne: { filter: currentRow(key, version), update: reindexed(index) },
  }));
  await versions.bulkWrite(operations, { session });
}

/**
 * Makes sure that these versions are current, by writing to each: a snapshot alone does not keep others from changing what
 * it shows. @throws Fault `conflict`
 */
async function rely({ versions }: Collections, on: NonNullable<ChangeSet['unchanged']>, session: ClientSession) {
  for (const { key, version } of on) {
    if (version === 0) await relyOnAbsence(versions, key, session);
    else {
      const { matchedCount } = await versions.updateOne(currentRow(key, version), { $inc: { relied: 1 } }, { session });
      if (matchedCount !== 1) throw conflict();
    }
  }
}

/** Writes the first version of a resource, and takes it back. */
async function relyOnAbsence(versions: Collections['versions'], key: Key, session: ClientSession): Promise<void> {
  const index = { postings: [], ranges: [], strings: [], main: 0 };
  const row = versionRow({ key, version: 1, at: 0, deleted: true, method: 'POST', json: '', index });
  try {
    await versions.insertOne(row, { session });
    await versions.deleteOne({ _id: row._id }, { session });
  } catch (error) {
    throw isDuplicate(error) ? conflict() : error;
  }
}

/** Where commits of one store go. */
export interface Target {
  client: MongoClient;
  collections: Collections;
  clock: Clock;
  limits: ReadLimits;
  turns: Turns;
}

/** @throws Fault `conflict`; errors of the driver */
export async function commitChanges(
  { client, collections, clock, limits, turns }: Target,
  changes: ChangeSet,
): Promise<void> {
  const { puts = [], reindex: entries = [], unchanged = [], criteria = [], documents = [] } = changes;
  const now = clock.now();
  const locks = locksOf(changes);
  const work = async (session: ClientSession): Promise<void> => {
    await lock(collections, locks, new Date(now), session);
    await check({ versions: collections.versions, limits, options: () => ({ session }) }, criteria);
    await rely(collections, unchanged, session);
    await write(collections, puts, session);
    await reindex(collections, entries, session);
    for (const change of documents) await applyChange(collections.records, change, now, session);
  };
  await turns.after(locks, () => inTransaction(client, work, () => checkPredecessors(collections, puts)));
}
