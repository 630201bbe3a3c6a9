/**
 * The dispatcher delivers the entries of the outbox. Any number of processes may run one: a lease decides which of them
 * tries an entry, the entry's version which may take it out. Recipient, language, channel and address are looked up at each
 * try. A failed entry is tried again, at growing intervals, and ends as a dead delivery.
 */
import { unlessConflict } from '../fhir/fault.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import type { Document } from '../store/port.js';
import { takeUp } from './changes.js';
import { deliver } from './deliver.js';
import { deliveriesAbout, removal } from './delivery-record.js';
import { queuesOf } from './deliveries.js';
import { reportedBy, REPORTS } from './delivery-report.js';
import { noteStatus, STATUSES } from './delivery-status.js';
import { CHANGES, channelQueue, OUTBOX } from './outbox.js';
import type { DispatcherParts } from './dispatcher-parts.js';

export interface Dispatcher {
  start(): void;
  /** Resolves once the tries under way have ended and the channels are closed. */
  stop(): Promise<void>;
  /** One look at the outbox: tries the entries that are due. Resolves with their number. */
  pass(): Promise<number>;
  /** Resolves once nothing is due. */
  idle(): Promise<void>;
}

/** Entries taken at a time from a queue. */
const BATCH = 20;
/** Milliseconds: longer than the longest try. */
const LEASE = 120_000;

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const changes = createWorker(CHANGES, parts, document => takeUp(document, parts));
  const entrance = createWorker(OUTBOX, parts, document => deliver(document, undefined, parts));
  const reports = createWorker(REPORTS, parts, document => report(document, parts));
  const statuses = createWorker(STATUSES, parts, document => noteStatus(document, parts));
  const workers = parts.channels.map(channel =>
    createWorker(channelQueue(channel.name), parts, document => deliver(document, channel, parts)),
  );
  const pass = async (): Promise<number> => {
    const taken = await changes.next();
    const admitted = await entrance.next();
    const tried = await Promise.all(workers.map(worker => worker.next()));
    const noted = await statuses.next();
    return tried.reduce((sum, one) => sum + one, taken + admitted + noted) + (await reports.next());
  };
  const all = [changes, entrance, ...workers, statuses, reports];
  return {
    start: () => all.forEach(worker => worker.start()),
    async stop() {
      await Promise.all(all.map(worker => worker.stop()));
      await Promise.all(parts.channels.map(channel => channel.close()));
    },
    pass,
    async idle() {
      while ((await pass()) > 0);
    },
  };
}

/** Works on one queue, one batch after the other. */
function createWorker(
  kind: string,
  { records, clock, interval, report }: DispatcherParts,
  work: (document: Document) => Promise<void>,
): BackgroundWorker {
  const batch = async (): Promise<number> => {
    const now = clock.now();
    const leased = await records.lease(kind, now, now + LEASE, BATCH);
    await Promise.all(leased.map(document => work(document).catch(report)));
    return leased.length;
  };
  return createBackgroundWorker(batch, { full: BATCH, interval, report });
}

async function report(document: Document, parts: DispatcherParts): Promise<void> {
  const { show, records, store, clock, channels } = parts;
  const about = reportedBy(document);
  await show?.(about, await deliveriesAbout(about, queuesOf(channels), records, clock.now()));
  // A conflict: another notice about it has ended meanwhile, and the report is due again.
  await store.commit({ documents: [removal(document)] }).catch(unlessConflict);
}
