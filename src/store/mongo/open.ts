/** Opens a MongoDB database as storage: a replica set or a sharded cluster, for the transactions. */
import { MongoClient, type Document, type MongoClientOptions } from 'mongodb';
import { systemClock, type Clock } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import type { Storage } from '../port.js';
import { MongoBlobs } from './blobs.js';
import { collectionsOf, prepare } from './layout.js';
import { faulting } from './mongo-fault.js';
import { MongoRecords } from './records.js';
import { MongoStore } from './store.js';

/** How long to look for a primary before a request is told that the storage is unavailable, in milliseconds. */
const SELECTION_TIME = 2000;

/** What every command carries, whatever the URI says. */
export const concerns = {
  writeConcern: { w: 'majority' },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
} as const satisfies MongoClientOptions;

/** @throws Fault `exception` where the server that said this hello has no transactions */
export function requireTransactions(hello: Document): void {
  const clustered = typeof hello.setName === 'string' || hello.msg === 'isdbgrid';
  if (clustered && typeof hello.logicalSessionTimeoutMinutes === 'number') return;
  throw new Fault(
    'exception',
    'MongoDB must run as a replica set or a sharded cluster: a standalone has no transactions.',
  );
}

/**
 * @param uri names the database too (`mongodb://host/portico?replicaSet=rs`); its options win but for the concerns
 * @throws Fault `unavailable` where no server is reached, `exception` where it has no transactions
 */
export async function openMongo(uri: string, clock: Clock = systemClock): Promise<Storage> {
  const timed = /[?&]serverSelectionTimeoutMS=/i.test(uri);
  const client = new MongoClient(uri, { ...concerns, ...(timed ? {} : { serverSelectionTimeoutMS: SELECTION_TIME }) });
  const db = client.db();
  const collections = collectionsOf(db);
  try {
    await faulting(async () => {
      requireTransactions(await db.admin().command({ hello: 1 }));
      await prepare(collections);
    });
  } catch (error) {
    await client.close();
    throw error;
  }
  return {
    store: new MongoStore(client, collections, clock),
    records: new MongoRecords(collections.records, clock),
    blobs: new MongoBlobs(db),
  };
}
