/**
 * The configuration in force. A process keeps its typed value while the resource's epoch is equal, so a change binds the next
 * request in every process and costs it one small read.
 */
import type { Basic } from 'fhir/r4.js';
import type { OwnCanonicals } from '../fhir/own-canonicals.js';
import type { Store } from '../store/port.js';
import { CONFIGURATION_ID, configurationOf } from './resource.js';
import type { Configuration } from './settings.table.js';

export interface CurrentParts {
  readonly store: Pick<Store, 'read'>;
  /** Rises with each change to a resource that tells what the portal is. */
  readonly epoch: () => Promise<number>;
  readonly partition: string;
  readonly own: OwnCanonicals;
}

export type CurrentConfiguration = () => Promise<Configuration>;

export function createCurrentConfiguration({ store, epoch, partition, own }: CurrentParts): CurrentConfiguration {
  const key = { partition, type: 'Basic', id: CONFIGURATION_ID };
  return whileUnchanged(epoch, async () => {
    const [version] = await store.read([key]);
    const resource = version && !version.deleted ? (JSON.parse(version.json) as Basic) : undefined;
    return configurationOf(resource, own);
  });
}

/**
 * A value made of resources that tell what the portal is: loaded again where one of them has changed. The epoch is read first:
 * a change made while the resources are read makes the value stale.
 */
export function whileUnchanged<Value>(epoch: CurrentParts['epoch'], load: () => Promise<Value>): () => Promise<Value> {
  let known: { epoch: number; value: Value } | undefined;
  return async () => {
    const now = await epoch();
    if (known?.epoch === now) return known.value;
    const value = await load();
    known = { epoch: now, value };
    return value;
  };
}
