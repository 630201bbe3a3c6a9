/** The ways out: e-mail over SMTP, or to a folder where no mail server is named. */
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { createEmailChannel } from '../delivery/channels/email.js';
import { createEmlFolder } from '../delivery/channels/eml-folder.js';
import { createDispatcher, type Dispatcher } from '../delivery/dispatcher.js';
import { loadTemplates } from '../delivery/templates.js';
import type { World } from '../fhir/clock.js';
import type { Log } from '../observe/log.js';
import { projectRoot } from '../project-root.js';
import type { Storage } from '../store/port.js';

/** Milliseconds between looks at the outbox, and tries before a parcel is laid aside. */
const INTERVAL = 500;
const MAX_ATTEMPTS = 12;

export function createDelivery(config: Config, { store, records }: Storage, world: World, log: Log): Dispatcher {
  const { smtpUrl, folder, from } = config.mail;
  const email = smtpUrl === undefined ? createEmlFolder({ folder, from }) : createEmailChannel({ url: smtpUrl, from });
  return createDispatcher({
    store,
    records,
    channels: [email],
    templates: loadTemplates(join(projectRoot(), 'templates'), config.defaultLanguage),
    clock: world.clock,
    random: world.random,
    interval: INTERVAL,
    maxAttempts: MAX_ATTEMPTS,
    report: error => log.error('delivery', error),
  });
}
