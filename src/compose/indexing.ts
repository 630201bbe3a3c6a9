/** What resources are indexed by, customers' own search parameters included, and the re-indexing that makes these count. */
import { withBinaryOwners } from '../access/binary-owners.js';
import { upgradePostings } from '../access/posting-upgrade.js';
import { markPostings } from '../access/boxes.js';
import { sightedEntries, withMessageSight } from '../access/message-sight.js';
import { withClosedAccounts, type Ending } from '../access/closed-accounts.js';
import { withEpochs } from '../access/epochs.js';
import type { Endpoint } from '../definitions/endpoint.js';
import type { Clock, World } from '../fhir/clock.js';
import type { Resource } from '../fhir/resource.js';
import { indexOf } from '../writing/stamp.js';
import type { Log } from '../observe/log.js';
import { createCustomParameters, type CustomParameters } from '../conformance/custom-parameters.js';
import { createReindexer } from '../conformance/reindex-worker.js';
import type { BackgroundWorker } from '../runtime/background-worker.js';
import type { IndexEntries } from '../search/query.js';
import type { Storage, Store, Version } from '../store/port.js';
import { withGenerations } from '../writing/with-generations.js';
import { withMarks } from '../writing/with-marks.js';
import { endpointThat, type Model } from './model.js';

export interface Indexing {
  custom: CustomParameters;
  readonly endpointOf: (partition: string) => Endpoint;
  /** The entries of a resource of a partition, as they are made there now. */
  readonly index: (resource: Resource, updated: number, partition: string) => Promise<IndexEntries>;
}

/** Resources of a partition are indexed as the endpoint says through which they are written. */
const writtenBy = (endpoints: readonly Endpoint[]): Endpoint[] => endpoints.filter(({ view }) => !view.readOnly);

/** What is known of each customer is read once before anything is served. */
export async function createIndexing(
  model: Model,
  { records }: Storage,
  { clock }: World,
  log: Log,
): Promise<Indexing> {
  const { registry, endpoints, postings } = model;
  const report = (error: unknown): void => log.error('custom search parameters', error);
  const custom = createCustomParameters({ records, registry, clock, report });
  const byPartition = new Map(writtenBy(endpoints).map(endpoint => [endpoint.partition, endpoint]));
  await Promise.all(endpoints.map(async endpoint => custom.served(endpoint)));
  const endpointOf = (partition: string): Endpoint => {
    const endpoint = byPartition.get(partition);
    if (!endpoint) throw new Error('the customer is not configured here');
    return endpoint;
  };
  return {
    custom,
    endpointOf,
    async index(resource, updated, partition) {
      const endpoint = endpointOf(partition);
      await custom.served(endpoint);
      const { registryOf } = custom;
      return indexOf(resource, updated, { endpoint, partition }, { registryOf, internal: postings.internal });
    },
  };
}

/** The storage whose commits keep epochs, closed accounts and the owners of Binaries in step: every write of the server's goes through it. */
export async function inStep(
  opened: Storage,
  { definitions, endpoints, postings }: Model,
  indexing: Indexing,
  clock: Clock,
  ending: Ending,
): Promise<Storage> {
  const { index, endpointOf } = indexing;
  const internal = (resource: Resource, partition: string) => postings.internal(resource, [endpointOf(partition).url]);
  const { partition } = endpointThat({ endpoints }, 'workflows');
  const sight = { clock, own: definitions.own, partition, base: endpointOf(partition).url, index };
  const entries = (version: Version, store: Store) => sightedEntries(version, store, sight);
  const marks = { records: opened.records, now: () => clock.now(), partition, postings: markPostings, entries };
  const current = withGenerations(opened.store, indexing.custom);
  const seen = withMessageSight(withMarks(current, marks), sight);
  const owned = withBinaryOwners(seen, { clock, internal, index });
  const store = withEpochs(withClosedAccounts(owned, partition, ending), clock, partition);
  const partitions = writtenBy(endpoints).map(({ partition }) => partition);
  await upgradePostings({ store, records: opened.records, clock, index }, partitions);
  return { ...opened, store };
}

export function createReindexing({ index }: Indexing, stores: Storage, { clock }: World, log: Log): BackgroundWorker {
  const report = (error: unknown): void => log.error('re-indexing', error);
  return createReindexer({ store: stores.store, records: stores.records, clock, report, index });
}
