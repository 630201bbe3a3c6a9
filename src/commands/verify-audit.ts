/**
 * `npm run verify-audit`: follows every hash chain of the audit trail through the store and the log files in PORTICO_DATA,
 * also while servers run. Ends with 1 where a line was changed, moved or taken out, or where a part is missing or cannot be
 * read, with 2 where the trail cannot be reached.
 */
import { auditFolder } from '../compose/audit.js';
import { machine } from '../compose/machine.js';
import { openStorage } from '../compose/storage.js';
import { loadConfig } from '../config/config.js';
import { verifyTrail } from '../observe/audit/verify.js';
import { helped } from './usage.js';

const USAGE = `Usage: verify-audit
Follows every hash chain of the audit trail, in the store and in PORTICO_DATA. Ends with 1 where something was changed or is
missing, with 2 where the trail cannot be reached.`;

/** Problems that are shown; they are counted all. */
const MAX_SHOWN = 100;

async function verify(): Promise<number> {
  process.umask(0o077);
  const config = loadConfig(process.env);
  if (config.store.kind === 'memory') throw new Error('PORTICO_STORE is memory: nothing of its audit trail is left');
  const { store, records } = await openStorage(config, machine);
  const now = () => machine.clock.now();
  try {
    const parts = { folder: auditFolder(config), records, now };
    const { chains, segments, files, entries, problems } = await verifyTrail(parts);
    for (const problem of problems.slice(0, MAX_SHOWN)) process.stdout.write(`${problem}\n`);
    const totals = `${entries} entries in ${chains} chains: ${segments} segments in the store, ${files} files`;
    process.stdout.write(`${totals}; ${problems.length === 0 ? 'all in order' : `${problems.length} problems`}\n`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

try {
  if (!helped(process.argv.slice(2), USAGE)) process.exitCode = await verify();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
