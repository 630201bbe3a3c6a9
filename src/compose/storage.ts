/** Storage as configured, the machine's own world, and the secret that all processes on one storage share. */
import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { dirname } from 'node:path';
import type { Config } from '../config/config.js';
import { systemClock, type World } from '../fhir/clock.js';
import { isConflict } from '../fhir/fault.js';
import { openMemory } from '../store/memory/open.js';
import type { Records, Storage } from '../store/port.js';
import { openSqlite } from '../store/sqlite/open.js';
import { settingError } from '../config/setting-error.js';
import { ensureFolder } from '../config/folder.js';

export const machine: World = {
  clock: systemClock,
  ids: { next: () => randomUUID() },
  random: { bytes: drawnAhead(4096) },
};

/** Random bytes out of a block that is drawn ahead: a draw costs the same for twelve bytes as for thousands. */
function drawnAhead(block: number): (count: number) => Uint8Array {
  let drawn = randomBytes(block);
  let used = 0;
  return count => {
    if (count > block) return randomBytes(count);
    if (used + count > block) [drawn, used] = [randomBytes(block), 0];
    return new Uint8Array(drawn.subarray(used, (used += count)));
  };
}

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

const KIND = 'secret';
const ID = 'server';

/** 256 bits for page links and log hashes, made by whichever process starts first. */
export async function sharedSecret(records: Records, world: World): Promise<KeyObject> {
  const now = world.clock.now();
  const known = await records.get(KIND, ID, now);
  if (known) return createSecretKey(String(known.value['key']), 'base64');
  const key = Buffer.from(world.random.bytes(32)).toString('base64');
  try {
    await records.write({ op: 'put', document: { kind: KIND, id: ID, value: { key }, keys: {} }, expect: 0 });
    return createSecretKey(key, 'base64');
  } catch (error) {
    if (!isConflict(error)) throw error;
    return sharedSecret(records, world);
  }
}
