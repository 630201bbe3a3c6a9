/**
 * What lies in the database: one document for each version of a resource with its index entries (of which the indexes hold
 * those of current versions alone), one for each record, one for each set of criteria that commits compete for; blobs are
 * in GridFS.
 */
import type { Collection, Db, IndexDescription } from 'mongodb';
import type { ContainedRow } from '../../search/contained-rows.js';
import { CEILING, type IndexEntries, type Range, type Text } from '../../search/query.js';
import type { Key, Put, Version } from '../port.js';

export interface VersionRow extends Key {
  _id: string;
  version: number;
  at: number;
  /** Instant at which the next version took its place; CEILING while it is current. */
  until: number;
  current: boolean;
  deleted: boolean;
  method: Version['method'];
  json: string;
  postings?: string[];
  ranges?: Range[];
  strings?: Text[];
  main?: number;
  /** Has rows of what it contains beside it. */
  contains?: boolean;
  /** How often a commit relied on this version being current. */
  relied?: number;
}

export interface RecordRow {
  /** Kind and id, see recordId. */
  _id: string;
  kind: string;
  id: string;
  version: number;
  /** Value and secondary keys as JSON text: their names may be any. */
  body: string;
  /** JSON text of [name, value] for each secondary key. */
  keys: string[];
  due?: number;
  expires?: number;
}

export interface LockRow {
  _id: string;
  /** For the sweep of old locks. */
  at: Date;
  count: number;
}

export interface Collections {
  versions: Collection<VersionRow>;
  records: Collection<RecordRow>;
  locks: Collection<LockRow>;
}

/** GridFS's bucket: `blobs.files` and `blobs.chunks`. */
export const BLOBS = 'blobs';

export function collectionsOf(db: Db): Collections {
  return {
    versions: db.collection('versions'),
    records: db.collection('records'),
    locks: db.collection('locks'),
  };
}

const ofCurrent = { partialFilterExpression: { current: true } };

/** The indexes of `versions`. The first two can be those of a cluster sharded by (partition, type, id). */
export const versionIndexes = [
  { name: 'version', key: { partition: 1, type: 1, id: 1, version: 1 }, unique: true },
  { name: 'current', key: { partition: 1, type: 1, id: 1 }, unique: true, ...ofCurrent },
  { name: 'history', key: { partition: 1, type: 1, at: 1, version: 1, id: 1 } },
  { name: 'postings', key: { partition: 1, postings: 1, main: 1, type: 1, id: 1 }, ...ofCurrent },
  { name: 'ranges', key: { partition: 1, 'ranges.key': 1, 'ranges.lo': 1, 'ranges.hi': 1 }, ...ofCurrent },
  { name: 'strings', key: { partition: 1, 'strings.key': 1, 'strings.value': 1 }, ...ofCurrent },
] as const satisfies IndexDescription[];

export type VersionIndex = (typeof versionIndexes)[number]['name'];

const recordIndexes: IndexDescription[] = [
  { name: 'keys', key: { kind: 1, keys: 1, id: 1 } },
  { name: 'due', key: { kind: 1, due: 1, id: 1 }, partialFilterExpression: { due: { $exists: true } } },
  { name: 'expires', key: { expires: 1 }, partialFilterExpression: { expires: { $exists: true } } },
];

/** Creates what is missing; collections must exist before a transaction writes to them. */
export async function prepare({ versions, records, locks }: Collections): Promise<void> {
  await versions.createIndexes([...versionIndexes]);
  await records.createIndexes(recordIndexes);
  await locks.createIndexes([{ name: 'at', key: { at: 1 }, expireAfterSeconds: 3600 }]);
}

const entryFields = ({ postings, ranges, strings, main, contained = [] }: IndexEntries) => ({
  ...{ postings, ranges, strings, main },
  contains: contained.length > 0,
});

export const versionId = ({ partition, type, id }: Key, version: number): string =>
  `${partition}/${type}/${id}/${version}`;

/** The row of what a resource contains. Its `_id` names the container, so that those of one lie side by side. */
export function containedRow(container: ContainerRow, { key, json, index }: ContainedRow): VersionRow {
  const { version, at, method } = container;
  const row = versionRow({ key, version, at, deleted: false, method, json, index });
  return { ...row, _id: `${key.partition}/${key.id}` };
}

export type ContainerRow = Pick<VersionRow, 'version' | 'at' | 'method' | 'deleted'>;

/** The rows of what this resource contains. */
export const containedIn = ({ partition, type, id }: Key) => ({
  _id: { $gte: `${partition}/${type}/${id}#`, $lt: `${partition}/${type}/${id}$` },
});

export const recordId = (kind: string, id: string): string => JSON.stringify([kind, id]);

export function versionRow({ key, version, at, deleted, method, json, index }: Put): VersionRow {
  const { partition, type, id } = key;
  const _id = versionId(key, version);
  const state = { at, until: CEILING, current: true, deleted };
  return { _id, partition, type, id, version, ...state, method, json, ...entryFields(index) };
}

/** The update that makes a current version a past one. */
export const superseded = (at: number) => ({ $set: { current: false, until: at } });

/** The update that gives a current version other index entries. */
export const reindexed = (index: IndexEntries) => ({ $set: entryFields(index) });

/** The fields that tell which version a row is. */
export const keyFields = { partition: 1, type: 1, id: 1, version: 1, at: 1 };

/** The fields a version is read back from. */
export const versionFields = { ...keyFields, deleted: 1, method: 1, json: 1 };

export function versionOf({ partition, type, id, version, at, deleted, method, json }: VersionRow): Version {
  return { key: { partition, type, id }, version, at, deleted, method, json };
}
