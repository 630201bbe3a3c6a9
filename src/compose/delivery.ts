/** The dispatcher, which delivers what waits in the outbox. */
import type { CurrentConfiguration } from '../configuration/current.js';
import type { Config } from '../config/config.js';
import type { Channel } from '../delivery/channels/channel.js';
import { outboxDocuments } from '../delivery/outbox.js';
import { createDispatcher, type Dispatcher } from '../delivery/dispatcher.js';
import type { DispatcherParts, NoticeLinks } from '../delivery/dispatcher-parts.js';
import type { World } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import type { Log } from '../observe/log.js';
import { ALL } from '../search/filters.js';
import type { Storage } from '../store/port.js';
import type { Templates } from '../wording/templates.js';
import { contactChanged } from '../portal/profile-change.js';
import { parseStored } from '../fhir/json.js';
import type { ChangeListener } from '../delivery/changes.js';
import type { Patient } from 'fhir/r4.js';
import { showDeliveries, type ShowParts } from '../writing/show-deliveries.js';
import { endpointThat, type Model } from './model.js';
import type { NoticeTokens } from './notice-tokens.js';
import { serverReader } from './server-reader.js';

/** Milliseconds between looks at the outbox, and tries before an entry is laid aside. */
const INTERVAL = 500;
const MAX_ATTEMPTS = 12;
/** Notices of one kind to one person in an hour. */
const LIMIT = { most: 20, window: 3600_000 };

export interface DeliveryParts extends Required<Pick<DispatcherParts, 'sees'>> {
  config: Config;
  stores: Storage;
  model: Model;
  world: World;
  log: Log;
  channels: readonly Channel[];
  tokens: NoticeTokens;
  configuration: CurrentConfiguration;
  wordings: Templates;
  /** How resources are written. */
  handling: ShowParts;
}

export function createDelivery(parts: DeliveryParts): Dispatcher {
  const { config, stores, model, world, log, channels, tokens, configuration, wordings, handling, sees } = parts;
  return createDispatcher({
    store: stores.store,
    records: stores.records,
    people: serverReader(parts),
    sees,
    channels,
    templates: wordings,
    settings: configuration,
    show: (about, deliveries) => showDeliveries(about, deliveries, handling, endpointThat(model, 'workflows')),
    links: linksTo(config.url, tokens),
    changed: changesIn(parts),
    clock: world.clock,
    random: world.random,
    interval: INTERVAL,
    maxAttempts: MAX_ATTEMPTS,
    limit: LIMIT,
    lost: notice => log.warn('notice lost', { ...notice }),
    report: error => log.error('delivery', error),
  });
}

/** Tells the addresses by which a patient is no longer reached. */
function changesIn({ stores: { store }, model, world }: DeliveryParts): ChangeListener {
  const { partition } = endpointThat(model, 'workflows');
  return async ({ key, before }) => {
    const [type = '', id = ''] = key.split('/');
    const versions = [before, before + 1].map(version => store.version({ partition, type, id }, version, ALL));
    const [was, is] = (await Promise.all(versions)).map(one => one && parseStored<Patient>(one.json));
    const notice = was && is && contactChanged(was, is, model.registry.ports.phoneNumber);
    return notice ? outboxDocuments(notice, world) : [];
  };
}

/** The pages of this server that notices lead to. */
const linksTo = (server: string, { misdirected, unsubscribe }: NoticeTokens): NoticeLinks => ({
  unsubscribe: ({ persons: [person] }, { channel, address }) => {
    const reference = person?.reference;
    const who = reference === undefined ? { address } : { person: reference };
    return `${server}/preferences?token=${unsubscribe.seal({ channel: channel.name, ...who })}`;
  },
  misdirected: ({ about, persons: [person] }) =>
    `${server}/not-for-me?token=${misdirected.seal({ about, ...defined({ person: person?.reference }) })}`,
});
