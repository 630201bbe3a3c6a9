/** What waits in the outbox goes out by the channels, in words of the templates. */
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { Channel } from '../delivery/channels/channel.js';
import { createDispatcher, type Dispatcher } from '../delivery/dispatcher.js';
import { loadTemplates } from '../delivery/templates.js';
import type { World } from '../fhir/clock.js';
import type { Log } from '../observe/log.js';
import { projectRoot } from '../project-root.js';
import type { Storage } from '../store/port.js';

/** Milliseconds between looks at the outbox, and tries before a parcel is laid aside. */
const INTERVAL = 500;
const MAX_ATTEMPTS = 12;

export interface DeliveryParts {
  config: Config;
  stores: Storage;
  world: World;
  log: Log;
  channels: readonly Channel[];
}

export function createDelivery({ config, stores, world, log, channels }: DeliveryParts): Dispatcher {
  return createDispatcher({
    store: stores.store,
    records: stores.records,
    channels,
    templates: loadTemplates(join(projectRoot(), 'templates'), config.defaultLanguage),
    clock: world.clock,
    random: world.random,
    interval: INTERVAL,
    maxAttempts: MAX_ATTEMPTS,
    report: error => log.error('delivery', error),
  });
}
