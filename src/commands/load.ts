/**
 * `npm run load -- [--endpoint customer/demo] FILE…`: loads Bundles and NDJSON (also .gz) into an endpoint's partition. Each
 * resource is checked like a PUT. An interrupted load continues when it is started again. Exits with 1 if a resource was
 * refused or a file cannot be read, with 2 on wrong usage.
 */
import { parseArgs } from 'node:util';
import { compose, type App } from '../compose.js';
import { loadConfig, type Config } from '../config/config.js';
import type { Fault } from '../fhir/fault.js';
import { issuesOf } from '../fhir/outcome.js';
import { loadFile, type Reports } from './load/loader.js';
import { createProgress } from './load/progress.js';
import { helped } from './usage.js';

const USAGE = `Usage: load [--endpoint customer/demo] FILE…
Loads Bundles and NDJSON (also .gz) into an endpoint's partition, by default that of the first customer. Ends with 1 where a
resource was refused or a file cannot be read, with 2 on wrong usage. An interrupted load goes on when it is started again.`;

/** Refusals printed; all are counted. */
const MAX_SHOWN = 100;

interface Asked {
  config: Config;
  path: string;
  files: string[];
}

function asked(args: string[]): Asked {
  const options = { endpoint: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  if (positionals.length === 0) throw new Error(USAGE.split('\n')[0]);
  const config = loadConfig({ PORTICO_LOG_LEVEL: 'error', ...process.env });
  const [customer] = config.customers;
  const endpoint = values.endpoint ?? (customer && `customer/${customer.key}`);
  if (endpoint === undefined) throw new Error('No customer is configured: name the endpoint (--endpoint portal)');
  return { config, path: `/fhir/${endpoint}`, files: positionals };
}

function endpointOf({ endpoints }: App, path: string): App['endpoints'][number] {
  const endpoint = endpoints.find(one => one.path === path);
  if (endpoint) return endpoint;
  throw new Error(`There is no endpoint ${path}; there are ${endpoints.map(one => one.path).join(', ')}`);
}

function createRefusals(): Reports['refused'] {
  let shown = 0;
  return (where, fault: Fault) => {
    shown++;
    if (shown === MAX_SHOWN + 1) process.stderr.write('More was refused than is shown here.\n');
    if (shown > MAX_SHOWN) return;
    for (const { severity, diagnostics, expression } of issuesOf(fault)) {
      if (severity === 'error' || severity === 'fatal') {
        process.stderr.write(`${where}: ${diagnostics}${expression === undefined ? '' : ` (${expression})`}\n`);
      }
    }
  };
}

/** Resolves with whether all resources were accepted. */
async function loadAll(app: App, { path, files }: Asked): Promise<boolean> {
  const endpoint = endpointOf(app, path);
  const progress = createProgress(process.stdout, () => performance.now());
  const refused = createRefusals();
  let whole = true;
  for (const file of files) {
    try {
      const tally = await loadFile(app, endpoint, file, { refused, progress: now => progress.show(file, now) });
      progress.finish(file, tally);
      whole &&= tally.refused === 0;
    } catch (error) {
      process.stderr.write(`${file}: ${error instanceof Error ? error.message : String(error)}\n`);
      whole = false;
    }
  }
  return whole;
}

async function load(args: string[]): Promise<number> {
  process.umask(0o077);
  const question = asked(args);
  const app = await compose(question.config);
  try {
    return (await loadAll(app, question)) ? 0 : 1;
  } finally {
    await app.close();
  }
}

try {
  const args = process.argv.slice(2);
  if (!helped(args, USAGE)) process.exitCode = await load(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
