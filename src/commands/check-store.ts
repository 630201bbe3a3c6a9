/**
 * `npm run check-store`: looks at every page of the SQLite file and at the checksum of every resource, also while servers
 * run. Ends with 1 where something is damaged, with 2 where the file cannot be read.
 */
import { checkStorage } from '../compose/storage.js';
import { loadConfig } from '../config/config.js';
import { helped } from './usage.js';

const USAGE = `Usage: check-store
Checks the SQLite file that PORTICO_STORE names: its pages, its indexes, and the checksum of every resource. Ends with 1 where
something is damaged (bring back a copy of the file), with 2 where the file cannot be read. MongoDB checks its own files.`;

function check(): number {
  const { versions, problems } = checkStorage(loadConfig(process.env));
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  const result = problems.length === 0 ? 'all in order' : `${problems.length} problems`;
  process.stdout.write(`${versions} versions of resources; ${result}\n`);
  return problems.length === 0 ? 0 : 1;
}

try {
  if (!helped(process.argv.slice(2), USAGE)) process.exitCode = check();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
