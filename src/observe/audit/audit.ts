/**
 * Audit of service.ts: reads and refusals go to this process's hash-chained log before the answer does; writes are records
 * that ride in the commit. Both are moved into segments of the store, and AuditEvents are made of them when they are read.
 */
import { hostname } from 'node:os';
import { instant } from '../../fhir/instant.js';
import type { Ids, World } from '../../fhir/clock.js';
import type { Audit, AuditEntry } from '../../service.js';
import type { Store } from '../../store/port.js';
import { entryText } from './entry.js';
import { openLogFile } from './log-file.js';
import { dropExpired } from './retention.js';
import { storeLogs } from './store-logs.js';
import { createTrailStore } from './trail-store.js';
import type { TrailParts } from './trail-entries.js';
import { countStrangers, isStranger } from './strangers.js';
import type { Storing } from './storing.js';
import { createWriteChain, documentedBy } from './writes.js';

export interface OpenAudit extends Audit {
  /** AuditEvents of the partition that keeps the trail. */
  readonly store: Store;
  /** Rejects where the log takes no further entries. */
  probe(): Promise<void>;
  /** Moves what is final into the store; resolves with how many files and entries of writes that were. */
  persist(): Promise<number>;
  /** Drops what is older than the trail is kept; resolves with how many segments that were. */
  expire(): Promise<number>;
  /** Writes what waits and closes the log. What is not stored by then is stored by the next process. */
  close(): void;
}

/** @param partition of the AuditEvents */
export function openAudit(
  { clock, ids }: Pick<World, 'clock' | 'ids'>,
  given: Omit<TrailParts, 'now' | 'storeWrites'>,
  partition: string,
): OpenAudit {
  const now = () => clock.now();
  const storing: Storing = { ...given, now };
  let ended = false;
  const log = openLogFile(given.folder, () => chainName(now(), ids), now);
  const append = (entry: AuditEntry) => log.append(entryText(entry));
  const strangers = countStrangers(append);
  const writes = createWriteChain(() => `${chainName(now(), ids)}-writes`);
  let running: Promise<unknown> = Promise.resolve();
  /** One at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = running.then(work);
    running = result.catch(() => undefined);
    return result;
  };
  const storeWrites = async (): Promise<number> => {
    let stored = 0;
    for (let more = 1; more > 0 && !ended; stored += more) more = await writes.store(storing);
    return stored;
  };
  return {
    append: entry => (isStranger(entry) ? strangers.append(entry) : append(entry)),
    probe: () => log.probe(),
    ...documentedBy({ ids }),
    store: createTrailStore({ ...storing, index: given.index, storeWrites: () => inTurn(storeWrites) }, partition),
    persist: () =>
      inTurn(async () => {
        await strangers.flush(now());
        log.rotate();
        return (await storeLogs(storing, () => ended)) + (await storeWrites());
      }),
    expire: () => inTurn(() => dropExpired(storing, () => ended)),
    close() {
      ended = true;
      // The log writes what waits before it is closed.
      strangers.flush(Infinity).catch(() => undefined);
      log.close();
    },
  };
}

/** Unique among processes, hosts and restarts. */
const chainName = (now: number, ids: Ids): string =>
  `${instant(now).replaceAll(':', '')}-${hostname().replaceAll(/[^\w.-]/g, '')}-${process.pid}-${ids.next()}`;
