/**
 * `npm run keys -- list | rotate`: the keys that sign id_tokens. After a rotation the key before it is published for another day;
 * running servers sign with the new one within a minute.
 */
import { machine } from '../compose/machine.js';
import { openStorage } from '../compose/storage.js';
import { loadConfig } from '../config/config.js';
import { ensureFolder } from '../config/folder.js';
import { rotateSigningKeys, signingKeys } from '../identity/authorization-server/signing-keys.js';
import { helped } from './usage.js';

const USAGE = `Usage: keys list | rotate
Lists the ids of the keys that sign id_tokens, the one that signs first, or puts a new one in its place. The one before it is
published for another day. Ends with 2 on wrong usage.`;

async function keys(args: string[]): Promise<void> {
  process.umask(0o077);
  const [verb, ...others] = args;
  if ((verb !== 'list' && verb !== 'rotate') || others.length > 0) throw new Error(USAGE.split('\n')[0]);
  const config = loadConfig({ PORTICO_LOG_LEVEL: 'error', ...process.env });
  ensureFolder('PORTICO_DATA', config.dataFolder);
  const { store, records } = await openStorage(config, machine);
  try {
    if (verb === 'rotate') await rotateSigningKeys(records, machine.clock);
    const published = await signingKeys(records, machine.clock);
    process.stdout.write(published.keys.map(({ kid = '' }) => `${kid}\n`).join(''));
  } finally {
    await store.close();
  }
}

try {
  const args = process.argv.slice(2);
  if (!helped(args, USAGE)) await keys(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
