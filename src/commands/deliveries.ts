/**
 * `npm run deliveries -- --dead`: the notices that could not be delivered, each with its attempts; never an address, a name or
 * a code. `--again ID` puts one of them into the outbox again. Ends with 1 where there is none of that id, with 2 on bad usage.
 */
import { parseArgs } from 'node:util';
import { machine } from '../compose/machine.js';
import { openStorage } from '../compose/storage.js';
import { loadConfig } from '../config/config.js';
import { ensureFolder } from '../config/folder.js';
import { deadDeliveries, sentAgain, type DeadDelivery } from '../delivery/delivery-record.js';
import { instant } from '../fhir/instant.js';
import { helped } from './usage.js';
import type { Storage } from '../store/port.js';

const USAGE = `Usage: deliveries --dead | --again ID
Lists the notices that could not be delivered, each with its attempts, or puts one of them into the outbox again. Ends with
1 where there is none of that id, with 2 on wrong usage.`;
/** Deliveries listed at once. */
const MAX_LISTED = 1000;

async function list({ records }: Storage): Promise<number> {
  const dead = await deadDeliveries(records, machine.clock, MAX_LISTED);
  for (const one of dead) process.stdout.write(linesOf(one));
  if (dead.length === MAX_LISTED) process.stderr.write('There may be more than are shown here.\n');
  return 0;
}

function linesOf({ id, event, about, attempts }: DeadDelivery): string {
  const tries = attempts.map(({ at, reason }) => `  ${instant(at)} ${reason}`);
  return [`${id} ${event} ${about}`, ...tries, ''].join('\n');
}

async function again(id: string, { records, store }: Storage): Promise<number> {
  const again = await sentAgain(id, records, machine.clock.now());
  if (again) {
    await store.commit({ documents: again.documents });
    return 0;
  }
  process.stderr.write('There is no dead delivery of this id.\n');
  return 1;
}

async function deliveries(args: string[]): Promise<number> {
  process.umask(0o077);
  const options = { dead: { type: 'boolean' }, again: { type: 'string' } } as const;
  const { values } = parseArgs({ args, options });
  if (!values.dead && values.again === undefined) throw new Error(USAGE.split('\n')[0]);
  const config = loadConfig({ PORTICO_LOG_LEVEL: 'error', ...process.env });
  ensureFolder('PORTICO_DATA', config.dataFolder);
  const storage = await openStorage(config, machine);
  try {
    return values.again === undefined ? await list(storage) : await again(values.again, storage);
  } finally {
    await storage.store.close();
  }
}

try {
  const args = process.argv.slice(2);
  if (!helped(args, USAGE)) process.exitCode = await deliveries(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
