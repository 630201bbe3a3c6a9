/**
 * Carries out re-indexing jobs in the background. Any number of processes may run one: a lease decides who works, each
 * page of resources is committed together with the position behind it, so that whoever goes on does so from there.
 */
import type { IndexEntries } from '../../search/query.js';
import type { Clock } from '../../fhir/clock.js';
import { Fault } from '../../fhir/fault.js';
import { parseStored } from '../../fhir/json.js';
import type { Resource } from '../../fhir/resource.js';
import type { Document, Page, Records, Store } from '../../store/port.js';
import { REINDEX, stateChange, stateOf, type ReindexState } from './state.js';

export interface ReindexParts {
  store: Pick<Store, 'scan' | 'commit'>;
  records: Pick<Records, 'lease'>;
  clock: Clock;
  /** The entries of a resource of a partition, by what is wanted there now. */
  readonly index: (resource: Resource, updated: number, partition: string) => Promise<IndexEntries>;
  readonly report: (error: unknown) => void;
}

export interface Reindexer {
  start(): void;
  /** Ends after the page under way; the next process goes on from there. */
  stop(): Promise<void>;
  /** Works on what is due; resolves once nothing is. */
  idle(): Promise<void>;
}

/** Milliseconds between looks, milliseconds a page may take before somebody else takes over, resources on a page. */
const INTERVAL = 1000;
const LEASE = 30_000;
const PAGE = 100;

export function createReindexer(parts: ReindexParts): Reindexer {
  const { records, clock, report } = parts;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let stopped = true;

  const work = async (untilStopped: boolean): Promise<void> => {
    for (;;) {
      const now = clock.now();
      const [job] = await records.lease(REINDEX, now, now + LEASE, 1);
      if (!job) return;
      await advance(job, parts);
      if (untilStopped && stopped) return;
    }
  };
  const look = (untilStopped: boolean): Promise<void> =>
    (running = running.then(() => work(untilStopped)).catch(report));
  const loop = async (): Promise<void> => {
    await look(true);
    if (!stopped) timer = setTimeout(() => void loop(), INTERVAL).unref();
  };
  return {
    start() {
      stopped = false;
      void loop();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
    idle: () => look(false),
  };
}

/** One page of a job: its resources and the position behind them in one commit, due again at once. */
async function advance(job: Document, parts: ReindexParts): Promise<void> {
  const { store, clock } = parts;
  const state = stateOf(job);
  const [type] = state.types;
  const page = type === undefined ? undefined : await store.scan(job.id, type, PAGE, state.after ?? undefined);
  const next = page ? behind(state, page) : state;
  const ended = next.types.length === 0;
  const kept = ended ? { ...next, inForce: next.wanted, ended: clock.now() } : next;
  const reindex = await Promise.all((page?.rows ?? []).map(row => entryOf(row, job.id, parts)));
  const change = stateChange(job.id, kept, job.version, ended ? undefined : clock.now());
  await store.commit({ reindex, documents: [change] }).catch(unlessTakenOver);
}

function behind(state: ReindexState, { rows, next }: Page): ReindexState {
  const done = state.done + rows.length;
  return next ? { ...state, after: next, done } : { ...state, types: state.types.slice(1), after: null, done };
}

async function entryOf(row: Page['rows'][number], partition: string, { index }: ReindexParts) {
  const { key, version, at, json } = row;
  return { key, version, index: await index(parseStored<Resource>(json), at, partition) };
}

/** The lease ran out and another process has the job now. */
function unlessTakenOver(error: unknown): void {
  if (!(error instanceof Fault) || error.kind !== 'conflict') throw error;
}
