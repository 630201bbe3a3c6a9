/** The secret that all processes on one storage share. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { World } from '../fhir/clock.js';
import { isConflict } from '../fhir/fault.js';
import type { Records } from '../store/port.js';

const KIND = 'secret';
const ID = 'server';

/** 256 bits for page links and log hashes; the process that starts first makes them. */
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
