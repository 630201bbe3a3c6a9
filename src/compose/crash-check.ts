/** After a crash the file of the storage is checked while the server serves: what is damaged is told, and served to nobody. */
import type { Config } from '../config/config.js';
import type { Log } from '../observe/log.js';
import { markServed, type CrashMark } from '../store/sqlite/crash-mark.js';

export interface CrashCheck {
  start(): void;
  stop(): void;
}

export function createCrashCheck({ store }: Pick<Config, 'store'>, log: Log): CrashCheck {
  let mark: CrashMark | undefined;
  const report = (error: unknown): void => log.error('storage check', error);
  const check = async (crashed: CrashMark): Promise<void> => {
    const { versions, problems } = await crashed.check();
    if (problems.length === 0) log.info('storage checked after a crash', { versions });
    else log.error('storage damaged: see npm run check-store', undefined, { problems: problems.length });
  };
  return {
    start() {
      if (store.kind !== 'sqlite') return;
      mark = markServed(store.path);
      if (mark.crashed) check(mark).catch(report);
    },
    stop: () => mark?.remove(),
  };
}
