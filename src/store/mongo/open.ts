/** Opens a MongoDB database as storage: a replica set or a sharded cluster, for the transactions. */
import {
  MongoClient,
  ReadConcern,
  ReadPreference,
  WriteConcern,
  type DbOptions,
  type Document,
  type MongoClientOptions,
} from 'mongodb';
import { systemClock, type Clock } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import type { Storage } from '../port.js';
import { MongoBlobs } from './blobs.js';
import { collectionsOf, prepare } from './collections.js';
import { faulting } from './mongo-fault.js';
import type { ReadLimits } from './reader.js';
import { MongoRecords } from './records.js';
import { MongoStore } from './store.js';

/**
 * Where the URI says nothing else, in milliseconds: how long to look for a primary, or to wait for a connection, before a
 * request is told that the storage is unavailable; how soon a line that has fallen silent is noticed.
 */
const times: MongoClientOptions = {
  serverSelectionTimeoutMS: 2000,
  waitQueueTimeoutMS: 10_000,
  heartbeatFrequencyMS: 5000,
  connectTimeoutMS: 10_000,
};

const usualLimits: ReadLimits = { chain: 10_000, few: 1000, batch: 500, criteria: 10_000 };

/** What every command carries, whatever the URI says. */
const concerns: DbOptions = {
  writeConcern: new WriteConcern('majority'),
  readConcern: new ReadConcern('majority'),
  readPreference: ReadPreference.primary,
};

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
 * Storage in the database a client's URI names; the client is closed with the store.
 * @throws Fault `unavailable` where no server is reached, `exception` where it has no transactions
 */
export async function storageOver(
  client: MongoClient,
  clock: Clock,
  limits: ReadLimits = usualLimits,
): Promise<Storage> {
  const db = client.db(undefined, concerns);
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
    store: new MongoStore(client, collections, clock, limits),
    records: new MongoRecords(collections.records, clock),
    blobs: new MongoBlobs(db),
  };
}

/**
 * @param uri names the database too (`mongodb://host/portico?replicaSet=rs`); its options win but for the concerns
 * @throws as storageOver
 */
export async function openMongo(uri: string, clock: Clock = systemClock): Promise<Storage> {
  const said = new Set([...uri.matchAll(/[?&]([^=&]+)=/g)].map(([, name]) => name!.toLowerCase()));
  const options = Object.entries(times).filter(([name]) => !said.has(name.toLowerCase()));
  return storageOver(new MongoClient(uri, Object.fromEntries(options)), clock);
}
