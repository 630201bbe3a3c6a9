/**
 * Carries out re-indexing jobs in the background. Any number of processes may run one: a lease names the process that works.
 * Each page of resources is committed together with the position after it, from which the next process goes on.
 */
import { containerOf, isContainedType } from '../search/contained.js';
import type { IndexEntries } from '../search/query.js';
import type { Clock } from '../fhir/clock.js';
import { unlessConflict } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { createBackgroundWorker, type BackgroundWorker } from '../runtime/background-worker.js';
import { createBreather } from '../runtime/breather.js';
import type { ChangeSet, Document, Page, Records, Store, Version } from '../store/port.js';
import { endsProcesses, laidAside, REINDEX, stateChange, stateOf, type ReindexState } from './reindex-state.js';

export interface ReindexParts {
  store: Pick<Store, 'scan' | 'read' | 'commit'>;
  records: Pick<Records, 'lease' | 'write'>;
  clock: Clock;
  /** The index entries of a resource, by the parameters that are wanted in its partition now. */
  readonly index: (resource: Resource, updated: number, partition: string) => Promise<IndexEntries>;
  readonly report: (error: unknown) => void;
}

/** Milliseconds between checks for jobs; milliseconds after which another process may take a page over; resources on a page. */
const INTERVAL = 1000;
const LEASE = 30_000;
const PAGE = 100;
/** Containers that are read at once, each as large as a resource may be. */
const CONTAINERS = 20;

/** One page of a job at a time. A stop waits for the page under way; the next process goes on from there. */
export function createReindexer(parts: ReindexParts): BackgroundWorker {
  const { records, clock, report } = parts;
  const page = async (): Promise<number> => {
    const now = clock.now();
    const jobs = await records.lease(REINDEX, now, now + LEASE, 1);
    for (const job of jobs) await advance(job, parts);
    return jobs.length;
  };
  return createBackgroundWorker(page, { full: 1, interval: INTERVAL, report });
}

/**
 * One page of a job, due again at once. That it begins is recorded first: a job that ends every process which works on it is
 * laid aside, instead of ending the next one too.
 */
async function advance(job: Document, parts: ReindexParts): Promise<void> {
  const { records, clock, report } = parts;
  const { begun = 0, ...state } = stateOf(job);
  if (endsProcesses(stateOf(job))) {
    await records.write(stateChange(job.id, laidAside(state, clock.now()), job.version)).catch(unlessConflict);
    report(new Error(`re-indexing job ${state.job} is laid aside: the process ended ${begun} times while it ran`));
    return;
  }
  const recorded = { ...state, begun: begun + 1 };
  const version = await records.write(stateChange(job.id, recorded, job.version, job.due));
  try {
    await indexPage(job.id, state, version, parts);
  } catch (error) {
    // The process lives: this was no end of it.
    await records.write(stateChange(job.id, { ...state, begun }, version, job.due)).catch(report);
    throw error;
  }
}

/** The resources and the position after them in one commit. */
async function indexPage(partition: string, state: ReindexState, version: number, parts: ReindexParts): Promise<void> {
  const { store, clock } = parts;
  const [type] = state.types;
  const page = type === undefined ? undefined : await pageOf(partition, type, state, parts);
  const next = page ? advanced(state, page) : state;
  const ended = next.types.length === 0;
  const kept = ended ? { ...next, inForce: next.wanted, ended: clock.now() } : next;
  const reindex = await entriesOf(page?.rows ?? [], partition, parts);
  const change = stateChange(partition, kept, version, ended ? undefined : clock.now());
  // A conflict means that the lease ran out: another process has the job now.
  await store.commit({ reindex, documents: [change] }).catch(unlessConflict);
}

/** The next resources of a type; of contained ones their containers, whose entries theirs come with. */
async function pageOf(
  partition: string,
  type: string,
  { after }: ReindexState,
  { store }: ReindexParts,
): Promise<Page> {
  const limit = isContainedType(type) ? CONTAINERS : PAGE;
  const page = await store.scan(partition, type, limit, after ?? undefined);
  if (!isContainedType(type)) return page;
  const names = new Set(page.rows.map(({ key }) => containerOf(key.id)));
  const keys = [...names].map(name => {
    const [type = '', id = ''] = name.split('/');
    return { partition, type, id };
  });
  const containers = await store.read(keys);
  return { ...page, rows: containers.filter(version => version !== undefined && !version.deleted) as Version[] };
}

function advanced(state: ReindexState, { rows, next }: Page): ReindexState {
  const done = state.done + rows.length;
  return next ? { ...state, after: next, done } : { ...state, types: state.types.slice(1), after: null, done };
}

/** One row after another, so that other requests are answered in between. */
async function entriesOf(rows: Page['rows'], partition: string, { index }: ReindexParts): Promise<Reindexed[]> {
  const breathe = createBreather();
  const reindexed: Reindexed[] = [];
  for (const { key, version, at, json } of rows) {
    reindexed.push({ key, version, index: await index(parseStored<Resource>(json), at, partition) });
    await breathe();
  }
  return reindexed;
}

type Reindexed = NonNullable<ChangeSet['reindex']>[number];
