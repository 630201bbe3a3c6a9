/**
 * Audit of service.ts: reads and refusals go to this process's hash-chained log before the answer does; writes are
 * documents that ride in the commit. Sealing makes both searchable as AuditEvent.
 */
import { hostname } from 'node:os';
import type { Ids, World } from '../fhir/clock.js';
import type { Audit } from '../service.js';
import { openAuditFile } from './audit-file.js';
import { AUDIT, sealAll, type Sealing } from './audit-seal.js';

export interface ClosableAudit extends Audit {
  /** Writes what waits and closes the log. Sealing ends with the batch it is at. */
  close(): void;
}

/** @param sealing its `folder` is where the logs of all processes are kept */
export function openAudit(
  { clock, ids }: Pick<World, 'clock' | 'ids'>,
  sealing: Omit<Sealing, 'now' | 'ended'>,
): ClosableAudit {
  const now = () => clock.now();
  let ended = false;
  const file = openAuditFile(sealing.folder, () => ending(ids), now);
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return {
    append: entry => file.append(JSON.stringify(entry)),
    document: entry => ({
      op: 'put',
      document: { kind: AUDIT, id: ids.next(), value: { ...entry }, keys: {}, due: entry.at },
      expect: 0,
    }),
    seal() {
      // One run at a time; all who come while it runs share the next.
      waiting ??= running.then(() => {
        waiting = undefined;
        return sealAll({ ...sealing, now, ended: () => ended });
      });
      running = waiting.catch(() => undefined);
      return waiting;
    },
    close() {
      ended = true;
      file.close();
    },
  };
}

/** Tells processes, hosts and restarts apart. */
const ending = (ids: Ids): string => `${hostname().replaceAll(/[^\w.-]/g, '')}-${process.pid}-${ids.next()}`;
