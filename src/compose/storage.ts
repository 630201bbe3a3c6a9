/** Storage as configured. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config/config.js';
import { ensureFolder } from '../config/folder.js';
import { settingError } from '../config/setting-error.js';
import type { World } from '../fhir/clock.js';
import { openMemory } from '../store/memory/open.js';
import type { Storage } from '../store/port.js';
import { checkFile, type Integrity } from '../store/sqlite/integrity.js';
import { openSqlite } from '../store/sqlite/open.js';

/** Opens what PORTICO_STORE names. Rejects with an Error that says so where it cannot be reached. */
export function openStorage({ store }: Config, world: World): Promise<Storage> {
  if (store.kind === 'sqlite') ensureFolder('PORTICO_STORE', dirname(store.path));
  return open(store, world).catch((error: unknown) => settingError('PORTICO_STORE', error));
}

async function open(store: Config['store'], { clock }: World): Promise<Storage> {
  switch (store.kind) {
    case 'memory':
      return openMemory(clock);
    case 'sqlite':
      return openSqlite(store.path, clock);
    case 'mongo':
      // The driver takes a tenth of a second to load.
      return (await import('../store/mongo/open.js')).openMongo(store.url, clock);
  }
}

/** Looks at every page and every text of the file. @throws Error where there is none, or it cannot be read */
export function checkStorage({ store }: Pick<Config, 'store'>): Integrity {
  if (store.kind !== 'sqlite') throw new Error(`PORTICO_STORE is ${store.kind}, which has no file to check`);
  if (!existsSync(store.path)) throw new Error('PORTICO_STORE: there is no such file');
  return checkFile(store.path);
}
