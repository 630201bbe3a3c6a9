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
  /** The epoch of a subject, which rises with each change to it. */
  readonly epoch: (subject: string) => Promise<number>;
  readonly partition: string;
  readonly own: OwnCanonicals;
}

export type CurrentConfiguration = () => Promise<Configuration>;

/** The epoch is read first: a change made while the resource is read makes the value stale. */
export function createCurrentConfiguration({ store, epoch, partition, own }: CurrentParts): CurrentConfiguration {
  const key = { partition, type: 'Basic', id: CONFIGURATION_ID };
  let known: { epoch: number; value: Configuration } | undefined;
  return async () => {
    const now = await epoch(`Basic/${CONFIGURATION_ID}`);
    if (known?.epoch === now) return known.value;
    const [version] = await store.read([key]);
    const resource = version && !version.deleted ? (JSON.parse(version.json) as Basic) : undefined;
    const value = configurationOf(resource, own);
    known = { epoch: now, value };
    return value;
  };
}
