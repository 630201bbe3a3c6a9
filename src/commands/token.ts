/**
 * `npm run --silent token -- demo-system [--person Person/1]`: prints an access token, valid for 12 hours, and nothing else.
 * The server need not be running; in demo mode, with the same PORTICO_DATA, it accepts the token.
 */
import { parseArgs } from 'node:util';
import { demoClients } from '../access/demo-clients.js';
import { developmentToken } from '../access/development-issuer.js';
import { loadSigningKey } from '../access/signing-key.js';
import { ensureFolder } from '../config/folder.js';
import { loadConfig } from '../config/config.js';
import { helped } from './usage.js';

const USAGE = `Usage: token CLIENT [--person Person/ID]
Prints an access token for a demo client, valid for 12 hours. The server need not be running; it accepts the token where it
is in demo mode and has the same PORTICO_DATA. Clients: ${demoClients.map(({ id }) => id).join(', ')}`;

function token(args: string[]): string {
  process.umask(0o077);
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { person: { type: 'string' } } });
  const [client, ...others] = positionals;
  if (client === undefined || others.length > 0) throw new Error(USAGE.split('\n')[0]);
  const config = loadConfig(process.env);
  if (!config.demo) throw new Error('Tokens are issued in demo mode alone (PORTICO_DEMO)');
  ensureFolder('PORTICO_DATA', config.dataFolder);
  return developmentToken(loadSigningKey(config.dataFolder), client, values.person, Date.now());
}

try {
  const args = process.argv.slice(2);
  if (!helped(args, USAGE)) console.log(token(args));
} catch (error) {
  console.error(error instanceof Error ? error.message.split('\n')[0] : error);
  process.exitCode = 2;
}
