/** Customers' own search parameters, and the re-indexing that makes them count. */
import { internalPostings } from '../access/compartment-paths.js';
import type { World } from '../fhir/clock.js';
import { indexOf } from '../writing/stamp.js';
import type { Log } from '../observe/log.js';
import { createCustomParameters, type CustomParameters } from '../conformance/custom-parameters.js';
import { createReindexer } from '../conformance/reindex-worker.js';
import type { BackgroundWorker } from '../runtime/background-worker.js';
import type { Storage } from '../store/port.js';
import type { Model } from './model.js';

export interface Reindexing {
  custom: CustomParameters;
  reindexer: BackgroundWorker;
}

/** What is known of each customer is read once before anything is served. */
export async function createReindexing(model: Model, stores: Storage, world: World, log: Log): Promise<Reindexing> {
  const { registry, endpoints } = model;
  const { store, records } = stores;
  const report = (error: unknown): void => log.error('re-indexing', error);
  const custom = createCustomParameters({ records, registry, clock: world.clock, report });
  const byPartition = new Map(endpoints.map(endpoint => [endpoint.partition, endpoint]));
  await Promise.all(endpoints.map(async endpoint => custom.served(endpoint)));
  const reindexer = createReindexer({
    store,
    records,
    clock: world.clock,
    report,
    async index(resource, updated, partition) {
      const endpoint = byPartition.get(partition);
      if (!endpoint) throw new Error('the customer is not configured here');
      await custom.served(endpoint);
      const { registryOf } = custom;
      return indexOf(resource, updated, { endpoint, partition }, { registryOf, internal: internalPostings });
    },
  });
  return { custom, reindexer };
}
