/** One change set as one transaction. */
import type { AnyBulkWriteOperation, ClientSession, MongoClient } from 'mongodb';
import type { Clock } from '../../fhir/clock.js';
import type { ChangeSet, Criterion, Key, Put } from '../port.js';
import { GENERATION, generationsOf } from '../../search/generation.js';
import { criteriaTooCostly } from '../../search/limits.js';
import type { IndexEntries } from '../../search/query.js';
import { containedRows } from '../../search/contained-rows.js';
import { applyChange } from './documents.js';
import {
  containedIn,
  containedRow,
  recordId,
  reindexed,
  superseded,
  versionId,
  versionRow,
  type Collections,
  type ContainerRow,
  type VersionRow,
} from './collections.js';
import { locksOf } from './locks.js';
import { conflict, isDuplicate, isTimeLimit } from './mongo-fault.js';
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

/** @throws Fault `conflict` where a criterion does not hold, `too-costly` where that takes too long to find out */
async function check(reads: Omit<BoundedRead, 'options'>, criteria: readonly Criterion[], session: ClientSession) {
  const until = performance.now() + reads.limits.criteria;
  const options = () => {
    const maxTimeMS = Math.ceil(until - performance.now());
    if (maxTimeMS <= 0) throw criteriaTooCostly();
    return { session, maxTimeMS };
  };
  try {
    for (const criterion of criteria) if (!(await holds({ ...reads, options }, criterion))) throw conflict();
  } catch (error) {
    throw isTimeLimit(error) ? criteriaTooCostly() : error;
  }
}

/** @throws Fault `conflict` where search parameters that made entries are no longer those of their partition */
async function checkGenerations(
  { records }: Collections,
  { puts = [], reindex = [] }: ChangeSet,
  session: ClientSession,
) {
  for (const [partition, generation] of generationsOf([...puts, ...reindex])) {
    const _id = recordId(GENERATION, partition);
    const record = await records.findOne({ _id }, { session, projection: { version: 1 } });
    if ((record?.version ?? 0) !== generation) throw conflict();
  }
}

/** A version that is current: named by its id, with the fields that say on which shard it is. */
function currentRow({ partition, type, id }: Key, version: number) {
  return { _id: versionId({ partition, type, id }, version), partition, type, id, current: true };
}

function operationsOf(put: Put): AnyBulkWriteOperation<VersionRow>[] {
  const insert = { insertOne: { document: versionRow(put) } };
  const inside = inserts(put, put.key, put.index);
  if (put.version === 1) return [insert, ...inside];
  const before = currentRow(put.key, put.version - 1);
  return [{ updateOne: { filter: before, update: superseded(put.at) } }, insert, ...inside];
}

/** Of what a resource contains; a deletion contains nothing. */
const inserts = (container: ContainerRow, key: Key, index: IndexEntries): AnyBulkWriteOperation<VersionRow>[] =>
  (container.deleted ? [] : containedRows(key, index)).map(row => ({
    insertOne: { document: containedRow(container, row) },
  }));

/** What earlier versions contained goes before anything else: it is one command for all. */
const withoutContained = (keys: readonly Key[]): AnyBulkWriteOperation<VersionRow>[] =>
  keys.map(key => ({ deleteMany: { filter: containedIn(key) } }));

async function write({ versions }: Collections, puts: readonly Put[], session: ClientSession): Promise<void> {
  if (puts.length === 0) return;
  try {
    const later = puts.filter(put => put.version > 1);
    const operations = [...withoutContained(later.map(({ key }) => key)), ...puts.flatMap(operationsOf)];
    const { matchedCount } = await versions.bulkWrite(operations, { session });
    if (matchedCount !== later.length) throw conflict();
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
  const named = changes.map(({ key, version }) => versionId(key, version));
  const projection = { version: 1, at: 1, method: 1, deleted: 1, contains: 1 } as const;
  const found = await versions.find({ _id: { $in: named }, current: true }, { session, projection }).toArray();
  const rows = new Map(found.map(row => [row._id, row]));
  const current = changes.flatMap(({ key, version, index }) => {
    const row = rows.get(versionId(key, version));
    return row ? [{ key, version, index, row }] : [];
  });
  const operations: AnyBulkWriteOperation<VersionRow>[] = [
    ...withoutContained(current.filter(({ row }) => row.contains).map(({ key }) => key)),
    ...current.map(({ key, version, index }) => ({
      updateOne: { filter: currentRow(key, version), update: reindexed(index) },
    })),
    ...current.flatMap(({ key, index, row }) => inserts(row, key, index)),
  ];
  if (operations.length > 0) await versions.bulkWrite(operations, { session });
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
    await checkGenerations(collections, changes, session);
    await check({ versions: collections.versions, limits }, criteria, session);
    await rely(collections, unchanged, session);
    await write(collections, puts, session);
    await reindex(collections, entries, session);
    for (const change of documents) await applyChange(collections.records, change, now, session);
  };
  await turns.after(locks, () => inTransaction(client, work, () => checkPredecessors(collections, puts)));
}
