/**
 * The dispatcher delivers the entries of the outbox. Any number of processes may run one: a lease decides which of them
 * tries an entry, the entry's version which may take it out. Recipient, language, channel and address are looked up at each
 * try. A failed entry is tried again, at growing intervals, and ends as a dead delivery.
 */
import type { Clock, Random } from '../fhir/clock.js';
import { defined } from '../fhir/defined.js';
import { unlessConflict } from '../fhir/fault.js';
import type { Notice } from '../portal/effect.js';
import type { PeopleReader } from '../portal/recipient.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import type { Document, DocumentChange, Records, Store } from '../store/port.js';
import type { Channel, Sent } from './channels/channel.js';
import { deliveriesAbout, ended, removal, type DeliveryRecord, type Outcome } from './delivery-record.js';
import { reportedBy, REPORTS } from './delivery-report.js';
import { channelQueue, entryOf, OUTBOX, queued, type OutboxEntry } from './outbox.js';
import { withinLimit, type NoticeLimit } from './notice-limit.js';
import { retryDelay, UNREACHABLE_LONGEST } from './retry.js';
import { routeOf, type Route } from './route.js';
import type { NoticeSettings, Templates } from './templates.js';

export interface DispatcherParts {
  store: Pick<Store, 'commit'>;
  records: Pick<Records, 'get' | 'find' | 'lease' | 'write'>;
  /** The recipients of notices, as they are on record now. */
  people: PeopleReader;
  channels: readonly Channel[];
  templates: Templates;
  /** The settings of the portal at this moment. */
  settings: () => Promise<NoticeSettings>;
  /** Addresses of the pages that every notice leads to. */
  links: NoticeLinks;
  clock: Clock;
  random: Random;
  /** Milliseconds between looks at the outbox. */
  interval: number;
  /** Failed tries after which an entry is dead; those for which the channel was not reached do not count. */
  maxAttempts: number;
  /** Of notices to one person; by default there is none. */
  limit?: NoticeLimit;
  /** Shows at a resource what became of the notices about it. */
  show?: (about: string, deliveries: readonly DeliveryRecord[]) => Promise<void>;
  /** Gets the notices that nobody will receive, for the log. */
  lost?: (notice: LostNotice) => void;
  /** Gets the errors outside the channels, for the log. */
  report: (error: unknown) => void;
}

export interface NoticeLinks {
  /** Where the recipient chooses how to be notified. */
  readonly preferences: string;
  /** Where the recipient of this notice reports that it was not meant for them. */
  misdirected(effect: Notice): string;
}

/** Holds no address, name or code. */
export interface LostNotice {
  readonly id: string;
  readonly event: string;
  readonly outcome: Outcome;
  readonly reason: string;
}

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
/** Milliseconds that a notice without an end of its own waits for a channel that is not reached. */
const LONGEST_OUTAGE = 14 * 24 * 3600_000;
/** Attempts that an entry remembers: the first, and the last ones. */
const REMEMBERED = 20;

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const entrance = createWorker(OUTBOX, parts, document => deliver(document, undefined, parts));
  const reports = createWorker(REPORTS, parts, document => report(document, parts));
  const workers = parts.channels.map(channel =>
    createWorker(channelQueue(channel.name), parts, document => deliver(document, channel, parts)),
  );
  const pass = async (): Promise<number> => {
    const admitted = await entrance.next();
    const tried = await Promise.all(workers.map(worker => worker.next()));
    return tried.reduce((sum, one) => sum + one, admitted) + (await reports.next());
  };
  const all = [entrance, ...workers, reports];
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

/**
 * Sends an entry by the channel in whose queue it waits; one that waits for no channel yet, or whose person is reached by
 * another one by now, goes to the queue of that channel.
 */
async function deliver(document: Document, channel: Channel | undefined, parts: DispatcherParts): Promise<void> {
  const entry = entryOf(document);
  const { effect } = entry;
  const now = parts.clock.now();
  const end = async (outcome: Outcome, reason: string): Promise<void> => {
    const settled = await settle(
      document,
      ended(document, withAttempt(entry, now, reason), { outcome, ...defined({ channel: channel?.name }) }, now),
      parts,
    );
    const lost = outcome === 'dead' || (outcome === 'expired' && entry.attempts.length > 0);
    if (lost && settled) parts.lost?.({ id: document.id, event: effect.event, outcome, reason });
  };
  if (effect.expires !== undefined && effect.expires <= now) return end('expired', 'expired');
  const route = await routeOf(effect, parts.channels, parts.people, now);
  if ('outcome' in route) return end(route.outcome, route.reason);
  if (route.channel !== channel) {
    await settle(document, [queued(document, entry, channelQueue(route.channel.name), now)], parts);
    return;
  }
  if (!(await admitted(entry, route, parts))) {
    // What has an end of its own has a code of its own too, and is kept.
    return end(effect.expires === undefined ? 'withheld' : 'dead', 'too many notices');
  }
  const sent = await send(document.id, entry, route, parts);
  if (sent.kind === 'sent') return end('sent', 'sent');
  const unreachable = sent.kind === 'unreachable';
  const tries = (entry.tries ?? 0) + (unreachable ? 0 : 1);
  const since = entry.attempts[0]?.at ?? now;
  const late = effect.expires === undefined && now - since >= LONGEST_OUTAGE;
  if (sent.kind === 'failed' || tries >= parts.maxAttempts || late) return end('dead', sent.reason);
  const longest = unreachable ? UNREACHABLE_LONGEST : undefined;
  return retryLater(document, { ...withAttempt(entry, now, sent.reason), tries }, longest, parts);
}

async function report(document: Document, { show, records, store, clock }: DispatcherParts): Promise<void> {
  const about = reportedBy(document);
  await show?.(about, await deliveriesAbout(about, records, clock.now()));
  // A conflict: another notice about it has ended meanwhile, and the report is due again.
  await store.commit({ documents: [removal(document)] }).catch(unlessConflict);
}

/** Counts the first try of a notice; its later ones are the same notice. */
async function admitted(entry: OutboxEntry, { address }: Route, parts: DispatcherParts): Promise<boolean> {
  if (!parts.limit || entry.attempts.length > 0) return true;
  return withinLimit(entry.effect, address, parts.limit, parts);
}

async function send(
  id: string,
  { effect }: OutboxEntry,
  route: Route,
  { templates, settings, links, report }: Pick<DispatcherParts, 'templates' | 'settings' | 'links' | 'report'>,
): Promise<Sent> {
  const { event } = effect;
  const { preferences } = links;
  const parameters = { ...effect.parameters, ...defined({ given: route.given }), preferences };
  const rendered = await templates
    .render(event, route.language, { ...parameters, misdirected: links.misdirected(effect) }, await settings())
    .catch(report);
  if (!rendered) return { kind: 'failed', reason: `template ${event}` };
  return route.channel.send({ id, to: route.address, ...rendered });
}

function withAttempt(entry: OutboxEntry, at: number, reason: string): OutboxEntry {
  const attempts = [...entry.attempts, { at, reason }];
  const kept = attempts.filter((_, i) => i === 0 || i > attempts.length - REMEMBERED);
  return { ...entry, attempts: kept };
}

/** Takes the entry out of its queue and puts these records in its place; resolves with whether it was still there. */
async function settle(document: Document, by: readonly DocumentChange[], { store }: DispatcherParts): Promise<boolean> {
  const commit = store.commit({ documents: [removal(document), ...by] }).then(() => true);
  // A conflict: the lease ran out, and another worker has the entry now.
  return (await commit.catch(unlessConflict)) === true;
}

async function retryLater(
  document: Document,
  entry: OutboxEntry,
  longest: number | undefined,
  { records, clock, random }: DispatcherParts,
): Promise<void> {
  const { version: expect, ...rest } = document;
  const due = clock.now() + retryDelay(entry.attempts.length, random, longest);
  const change: DocumentChange = { op: 'put', document: { ...rest, value: { ...entry }, due }, expect };
  await records.write(change).catch(unlessConflict);
}
