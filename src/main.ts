/** The process: reads the configuration, composes, listens, stops on a signal. */
import { compose } from './compose.js';
import { settingError, listeningSetting } from './config/setting-error.js';
import { endOnCrash } from './observe/end-on-crash.js';
import { greeting } from './greeting.js';
import { stopOnSignal } from './runtime/stop-on-signal.js';
import { loadConfig, type Config } from './config/config.js';

async function start(config: Config): Promise<void> {
  // Files of this process are readable by its own user only.
  process.umask(0o077);
  endOnCrash();
  const app = await compose(config);
  stopOnSignal(app);
  await app.listen().catch((error: unknown) => settingError(listeningSetting(error), error));
  process.stdout.write(greeting(config, app.endpoints));
}

const USAGE = `Usage: npm start
Starts the server. Environment variables configure it: docs/configuration.md`;

try {
  if (process.argv.includes('--help')) process.stdout.write(`${USAGE}\n`);
  else await start(loadConfig(process.env));
} catch (error) {
  process.stderr.write(`Portico cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
