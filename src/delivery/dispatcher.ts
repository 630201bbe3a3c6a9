/**
 * Carries out what waits in the outbox. Any number of processes may run one: a lease decides who tries a parcel, a
 * version who may take it out. What cannot be sent is tried again ever later, and in the end laid aside.
 */
import type { Clock, Random } from '../fhir/clock.js';
import { unlessConflict } from '../fhir/fault.js';
import type { Effect } from '../portal/effect.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import type { Document, DocumentChange, Records, Store } from '../store/port.js';
import type { Channel, Sent } from './channels/channel.js';
import { deliveryRecord, removal, type Outcome } from './delivery-record.js';
import { outboxKind, type Attempt, type OutboxEntry } from './outbox.js';
import { retryDelay } from './retry.js';
import type { Templates } from './templates.js';

export interface DispatcherParts {
  store: Pick<Store, 'commit'>;
  records: Pick<Records, 'lease' | 'write'>;
  channels: readonly Channel[];
  templates: Templates;
  clock: Clock;
  random: Random;
  /** Milliseconds between looks at the outbox. */
  interval: number;
  /** Tries after which a parcel is laid aside. */
  maxAttempts: number;
  /** For the log: what went wrong outside a channel. */
  report: (error: unknown) => void;
}

export interface Dispatcher {
  start(): void;
  /** Ends after what is being sent, and closes the channels. */
  stop(): Promise<void>;
  /** One look at the outbox: tries what is due. Resolves with the number of parcels tried. */
  pass(): Promise<number>;
  /** Resolves once nothing is due. */
  idle(): Promise<void>;
}

/** Parcels taken at a time from the queue of a channel. */
const BATCH = 20;
/** Milliseconds: longer than the longest try. */
const LEASE = 120_000;

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const workers = parts.channels.map(channel => createWorker(channel, parts));
  const pass = async (): Promise<number> => {
    const tried = await Promise.all(workers.map(worker => worker.next()));
    return tried.reduce((sum, one) => sum + one, 0);
  };
  return {
    start: () => workers.forEach(worker => worker.start()),
    async stop() {
      await Promise.all(workers.map(worker => worker.stop()));
      await Promise.all(parts.channels.map(channel => channel.close()));
    },
    pass,
    async idle() {
      while ((await pass()) > 0);
    },
  };
}

/** Works on the queue of one channel, one batch after the other. */
function createWorker(channel: Channel, parts: DispatcherParts): BackgroundWorker {
  const { records, clock, interval, report } = parts;
  const batch = async (): Promise<number> => {
    const now = clock.now();
    const leased = await records.lease(outboxKind(channel.name), now, now + LEASE, BATCH);
    await Promise.all(leased.map(document => deliver(document, channel, parts).catch(report)));
    return leased.length;
  };
  return createBackgroundWorker(batch, { full: BATCH, interval, report });
}

async function deliver(document: Document, channel: Channel, parts: DispatcherParts): Promise<void> {
  const parcel = document.value as unknown as OutboxEntry;
  const now = parts.clock.now();
  if (parcel.effect.expires !== undefined && parcel.effect.expires <= now) {
    return end(document, withAttempt(parcel, now, 'expired'), 'expired', parts);
  }
  const sent = await attempt(document.id, parcel.effect, channel, parts.templates);
  if (sent.kind === 'sent') return end(document, withAttempt(parcel, now, 'sent'), 'sent', parts);
  const tried = withAttempt(parcel, now, sent.reason);
  const dead = sent.kind === 'failed' || tried.attempts.length >= parts.maxAttempts;
  return dead ? end(document, tried, 'dead', parts) : retryLater(document, tried, parts);
}

async function attempt(id: string, effect: Effect, channel: Channel, templates: Templates): Promise<Sent> {
  const rendered = await templates.render(effect.template, effect.language, effect.parameters).catch(() => undefined);
  if (!rendered) return { kind: 'failed', reason: `template ${effect.template}` };
  return channel.send({ id, to: effect.to.address, ...rendered });
}

const withAttempt = (parcel: OutboxEntry, at: number, reason: string): OutboxEntry => {
  const attempt: Attempt = { at, reason };
  return { ...parcel, attempts: [...parcel.attempts, attempt] };
};

async function end(
  document: Document,
  parcel: OutboxEntry,
  outcome: Outcome,
  { store, clock }: DispatcherParts,
): Promise<void> {
  const documents = [removal(document), deliveryRecord(document, parcel, outcome, clock.now())];
  // A conflict: the lease ran out, and another worker has the parcel now.
  await store.commit({ documents }).catch(unlessConflict);
}

async function retryLater(
  document: Document,
  parcel: OutboxEntry,
  { records, clock, random }: DispatcherParts,
): Promise<void> {
  const { version: expect, ...rest } = document;
  const due = clock.now() + retryDelay(parcel.attempts.length, random);
  const change: DocumentChange = { op: 'put', document: { ...rest, value: { ...parcel }, due }, expect };
  await records.write(change).catch(unlessConflict);
}
