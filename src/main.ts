/** The process: reads the configuration, composes, listens, stops on a signal. */
import { compose, type App } from './compose.js';
import { loadConfig, type Config } from './config/config.js';
import { greeting } from './compose/greeting.js';

/** Milliseconds in which readiness says no before connections are closed, and after which the process ends anyhow. */
const GRACE = 500;
const LIMIT = 30_000;

function stopOnSignal(app: App): void {
  const stop = (): void => {
    setTimeout(() => process.exit(1), LIMIT).unref();
    void app.close(GRACE).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
}

async function start(config: Config): Promise<void> {
  const app = await compose(config);
  stopOnSignal(app);
  await app.listen();
  process.stdout.write(greeting(config, app.endpoints));
}

try {
  await start(loadConfig(process.env));
} catch (error) {
  process.stderr.write(`Portico cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
