/** Reads the portal with the server's own authority, outside any request: a notice is about to be sent, a document to be made. */
import type { Config } from '../config/config.js';
import type { World } from '../fhir/clock.js';
import type { WorkflowReader } from '../portal/step.js';
import type { Storage } from '../store/port.js';
import { workflowReader } from '../writing/workflow-reader.js';
import { endpointThat, type Model } from './model.js';

export interface ServerReaderParts {
  config: Config;
  stores: Storage;
  model: Model;
  world: World;
}

export function serverReader({ config, stores, model, world }: ServerReaderParts): WorkflowReader {
  const portal = endpointThat(model, 'workflows');
  return workflowReader({
    ...stores,
    own: model.definitions.own,
    partition: portal.partition,
    base: portal.url,
    registry: model.registry,
    clock: world.clock,
    limits: config.limits,
    deadline: () => world.clock.now() + config.limits.searchTimeout,
  });
}
