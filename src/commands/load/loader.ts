/**
 * Loads one file into one endpoint: while one batch is being committed, the next is checked and indexed. Each commit also
 * records the progress, so that an interrupted load continues where it stopped.
 */
import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import type { App } from '../../compose.js';
import { createBulk, type Bulk } from '../../writing/bulk.js';
import { consequencesOfLoad } from '../../writing/loaded-patients.js';
import { Fault, isConflict } from '../../fhir/fault.js';
import type { Resource } from '../../fhir/resource.js';
import { openSource, type Item, type Source } from './source.js';

export interface Tally {
  /** Of this run. */
  written: number;
  unchanged: number;
  refused: number;
  /** Items that an earlier run has finished. */
  skipped: number;
}

export interface Reports {
  /** Called for a refused resource: its place and the reason. */
  refused(where: string, why: Fault): void;
  progress(tally: Tally): void;
}

const BATCH = 500;
const ATTEMPTS = 5;
const KIND = 'load';

type Target = Pick<App, 'parts' | 'store'>;
type Endpoint = App['endpoints'][number];
/** The progress of a load, as a document of its commits. */
type Mark = Parameters<Bulk['commit']>[1][number];

/** Loads a file. Rejects if the file cannot be read, or the storage cannot be written. */
export async function loadFile(app: Target, endpoint: Endpoint, file: string, reports: Reports): Promise<Tally> {
  const source = openSource(file, app.parts.limits.maxDepth);
  return loadItems(app, endpoint, { ...source, name: file, id: await identity(file, endpoint.path) }, reports);
}

export interface NamedSource extends Source {
  name: string;
  /** Id of the record of its progress. */
  id: string;
}

/** Loads what a source yields. */
export async function loadItems(
  app: Target,
  endpoint: Endpoint,
  source: NamedSource,
  reports: Reports,
): Promise<Tally> {
  const { records, clock } = app.parts;
  const known = await records.get(KIND, source.id, clock.now());
  const done = Number(known?.value['place'] ?? 0);
  const tally: Tally = { written: 0, unchanged: 0, refused: 0, skipped: 0 };
  const parts = { ...app.parts, store: app.store };
  const consequences = consequencesOfLoad(parts, endpoint);
  const bulk = createBulk({ ...parts, consequences }, endpoint, 'bulk load');
  let under: Promise<void> = Promise.resolve();
  for await (const batch of batches(source.items(), done, tally)) {
    const value = { place: batch.at(-1)!.place };
    const prepared = await prepare(bulk, batch);
    await under;
    under = commit(bulk, batch, prepared, { op: 'put', document: { kind: KIND, id: source.id, value, keys: {} } }).then(
      outcome => {
        count(outcome, tally, place => `${source.name}, ${source.unit} ${place}`, reports);
        reports.progress(tally);
      },
    );
    under.catch(() => undefined); // it is awaited in the next turn
  }
  await under;
  return tally;
}

/** Identifies a load: the same file, unchanged, into the same endpoint. */
async function identity(file: string, path: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return createHash('sha256')
    .update(`${path} ${size} ${mtimeMs} ${await realpath(file)}`)
    .digest('hex');
}

/** The remaining items, in groups without two items for the same resource. */
async function* batches(items: AsyncIterable<Item>, done: number, tally: Tally): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  let names = new Set<string>();
  for await (const item of items) {
    if (item.place <= done) {
      tally.skipped++;
      continue;
    }
    const name = nameOf(item.resource);
    if (batch.length === BATCH || (name !== undefined && names.has(name))) {
      yield batch;
      [batch, names] = [[], new Set()];
    }
    batch.push(item);
    if (name !== undefined) names.add(name);
  }
  if (batch.length > 0) yield batch;
}

function nameOf(resource: Resource | Fault): string | undefined {
  if (resource instanceof Fault || resource.id === undefined) return undefined;
  return `${resource.resourceType}/${resource.id}`;
}

interface Outcome {
  batch: readonly Item[];
  results: Awaited<ReturnType<Bulk['prepare']>>;
}

/** In the order of the batch. */
async function prepare(bulk: Bulk, batch: readonly Item[]): Promise<Outcome> {
  const readable = batch.flatMap(({ resource }) => (resource instanceof Fault ? [] : [resource]));
  const prepared = (await bulk.prepare(readable)).values();
  const results = batch.map(({ resource }) => (resource instanceof Fault ? resource : prepared.next().value!));
  return { batch, results };
}

/** Prepares a batch again that lost a race: the batch before may have held the same resource. */
async function commit(bulk: Bulk, batch: readonly Item[], first: Outcome, done: Mark): Promise<Outcome> {
  let outcome = first;
  for (let attempt = 1; ; attempt++) {
    try {
      await bulk.commit(outcome.results, [done]);
      return outcome;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
      outcome = await prepare(bulk, batch);
    }
  }
}

function count({ batch, results }: Outcome, tally: Tally, where: (place: number) => string, reports: Reports): void {
  results.forEach((result, i) => {
    if (result === 'unchanged') tally.unchanged++;
    else if (!(result instanceof Fault)) tally.written++;
    else {
      tally.refused++;
      reports.refused(where(batch[i]!.place), result);
    }
  });
}
