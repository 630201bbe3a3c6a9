/** The audit trail, and the store in which its AuditEvents are found. */
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { World } from '../fhir/clock.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { openAudit, type OpenAudit } from '../observe/audit/audit.js';
import type { Log } from '../observe/log.js';
import type { SearchRegistry } from '../search/registry.js';
import type { Storage, Store } from '../store/port.js';
import { byType } from '../store/views/by-type.js';
import { indexOf } from '../writing/stamp.js';
import { endpointThat, type Model } from './model.js';

export interface AuditParts {
  config: Config;
  world: World;
  model: Model;
  stores: Storage;
  log: Log;
}

/** The folder of this machine's audit logs. */
export const auditFolder = ({ dataFolder }: Pick<Config, 'dataFolder'>): string => join(dataFolder, 'audit');

export function createAudit(
  { config, world, model, stores, log }: AuditParts,
  registryOf: (partition: string) => SearchRegistry,
): { audit: OpenAudit; view: Store } {
  const endpoint = endpointThat(model, 'holdsAudit');
  const { partition } = endpoint;
  const indexing = { registryOf, internal: model.postings.internal };
  const index = (resource: Resource, at: number) => indexOf(resource, at, { endpoint, partition }, indexing);
  const parts = {
    folder: auditFolder(config),
    records: stores.records,
    commit: stores.store.commit.bind(stores.store),
    retention: config.auditRetention,
    report: (error: unknown, name: string) => log.error('audit', error, { name }),
    index,
  };
  const audit = openAudit(world, parts, partition);
  const view = byType(stores.store, {
    partition,
    type: 'AuditEvent',
    store: audit.store,
    index: ({ json, at }) => index(parseStored<Resource>(json), at),
  });
  return { audit, view };
}
