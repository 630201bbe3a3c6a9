/** What readiness depends on. */
import type { World } from '../fhir/clock.js';
import type { Storage } from '../store/port.js';

/** Milliseconds the storage has to answer. */
const PATIENCE = 2000;

export function createReadiness({
  stores,
  world,
}: {
  stores: Storage;
  world: World;
}): () => Promise<{ store: boolean }> {
  return async () => ({ store: await answers(stores, world) });
}

async function answers({ records }: Storage, { clock }: World): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), PATIENCE);
  });
  const there = records.get('secret', 'server', clock.now()).then(
    secret => secret !== undefined,
    () => false,
  );
  return Promise.race([there, late]).finally(() => clearTimeout(timer));
}
