/**
 * `npm run --silent token -- demo-system [--person Person/1]`: prints an access token, valid for 12 hours, and nothing else.
 * The server need not be running; in demo mode, with the same PORTICO_DATA, it accepts the token.
 */
import { parseArgs } from 'node:util';
import { developmentToken } from '../access/development-issuer.js';
import { loadSigningKey } from '../access/signing-key.js';
import { ensureFolder } from '../config/folder.js';
import { loadConfig } from '../config/config.js';

function token(args: string[]): string {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { person: { type: 'string' } } });
  const [client, ...others] = positionals;
  if (client === undefined || others.length > 0) throw new Error('Usage: token CLIENT [--person Person/ID]');
  const config = loadConfig(process.env);
  if (!config.demo) throw new Error('Tokens are issued in demo mode alone (PORTICO_DEMO)');
  ensureFolder('PORTICO_DATA', config.dataFolder);
  return developmentToken(loadSigningKey(config.dataFolder), client, values.person, Date.now());
}

try {
  console.log(token(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message.split('\n')[0] : error);
  process.exitCode = 2;
}
