/**
 * Whose a Binary is: a patient's whose own its context is (Binary.securityContext). This is worked out when either of them is
 * written, and kept as a posting of the Binary's own, so that a read is one look-up. https://hl7.org/fhir/R4/binary.html
 */
import type { Clock } from '../fhir/clock.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import type { IndexEntries, Position } from '../search/query.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { ChangeSet, Criterion, Key, Put, Store, Version } from '../store/port.js';
import { delegating } from '../store/views/delegating.js';
import { anyPosting, gone, isGone } from './compartment-paths.js';
import { internalPosting } from './internal-posting.js';
import { RETRACTED, sendersIn } from './retracted.js';

/** Types whose own resources may carry Binaries. */
const CONTEXTS = new Set([
  ...['Communication', 'DocumentReference', 'DiagnosticReport', 'Media', 'QuestionnaireResponse', 'Task'],
]);

/** Milliseconds to find the Binaries of what is written, and how many are read at once. */
const PATIENCE = 5000;
const PAGE = 1000;

export interface BinaryOwnersParts {
  readonly clock: Clock;
  /** The internal postings of a resource of a partition. */
  readonly internal: (resource: Resource, partition: string) => readonly string[];
  /** All index entries of a resource of a partition; `updated`: when it was written. */
  readonly index: (resource: Resource, updated: number, partition: string) => Promise<IndexEntries>;
}

type Reindex = NonNullable<ChangeSet['reindex']>[number];
type Indexed = Pick<Put, 'key' | 'index'>;

/** What the Binaries of a context carry, by the name of the context: `~own|Patient/1`. */
type Owners = ReadonlyMap<string, readonly string[]>;

/** The store with every commit keeping Binaries in step with their contexts. All writes go through it. */
export function withBinaryOwners(store: Store, parts: BinaryOwnersParts): Store {
  return {
    ...delegating(store),
    async commit(changes) {
      const { puts = [], reindex = [] } = changes;
      const binaries = [...puts, ...reindex].some(({ key }) => key.type === 'Binary');
      if (!binaries && !puts.some(mayMove)) return store.commit(changes);
      const owned = await withOwners(store, changes, parts);
      return store.commit(mergeChangeSets(owned, await followersOf(store, puts, parts)));
    },
  };
}

/**
 * Of a context's postings those that make its Binaries somebody's: a patient's own or, of a draft, its author's; of a retracted
 * message, its sender's.
 */
function sharesIn(postings: readonly string[]): string[] {
  if (postings.includes(RETRACTED)) return sendersIn(postings).map(sender => `~author|${sender}`);
  return postings.flatMap(posting => /^[A-Za-z]+\|(~own\|Patient\/.+|~author\|.+)$/.exec(posting)?.[1] ?? []);
}

const nameOf = ({ partition, type, id }: Key): string => `${partition}/${type}/${id}`;

const isContext = ({ key }: Pick<Put, 'key'>): boolean => CONTEXTS.has(key.type);

/** No Binary names a resource yet whose id the server makes with it. */
const mayMove = (put: Put): boolean => isContext(put) && !(put.version === 1 && put.method === 'POST');

/** The keys of the contexts that a Binary's postings, or tombstones, name. */
function contextsOf({ key, index }: Indexed): Key[] {
  const start = internalPosting('Binary', 'context', '');
  return index.postings.flatMap(posting => {
    const live = isGone(posting) ? gone(posting) : posting;
    const [type = '', id = ''] = live.startsWith(start) ? live.slice(start.length).split('/') : [];
    return CONTEXTS.has(type) ? [{ partition: key.partition, type, id }] : [];
  });
}

/** Owners of the contexts that a change set writes itself. */
const ownersIn = (puts: readonly Put[]): Map<string, readonly string[]> =>
  new Map(puts.filter(isContext).map(put => [nameOf(put.key), sharesIn(put.index.postings)]));

/** The puts, of which Binaries have the owners of contexts that are among them. */
export function ownedWithin(puts: readonly Put[]): readonly Put[] {
  if (!puts.some(({ key }) => key.type === 'Binary')) return puts;
  const owners = ownersIn(puts);
  return puts.map(put => owned(put, owners));
}

/** The change set with its Binaries owned as their contexts are, provided that these are unchanged when it commits. */
async function withOwners(store: Store, changes: ChangeSet, parts: BinaryOwnersParts): Promise<ChangeSet> {
  const { puts = [], reindex = [], unchanged = [] } = changes;
  const written = ownersIn(puts);
  const named = [...puts, ...reindex].filter(({ key }) => key.type === 'Binary').flatMap(contextsOf);
  const keys = [...new Map(named.map(key => [nameOf(key), key])).values()].filter(key => !written.has(nameOf(key)));
  const contexts = keys.length === 0 ? [] : await store.read(keys);
  const read = keys.map((key, at): [string, readonly string[]] => [nameOf(key), ownersOf(contexts[at], parts)]);
  const owners = new Map([...written, ...read]);
  return {
    ...changes,
    puts: puts.map(put => owned(put, owners)),
    reindex: reindex.map(one => owned(one, owners)),
    unchanged: [...unchanged, ...keys.map((key, at) => ({ key, version: contexts[at]?.version ?? 0 }))],
  };
}

/** What Binaries of the current version carry. */
function ownersOf(version: Version | undefined, { internal }: BinaryOwnersParts): readonly string[] {
  if (!version || version.deleted) return [];
  return sharesIn(internal(parseStored<Resource>(version.json), version.key.partition));
}

/** A Binary with its owners among its postings; a deleted one with theirs among its tombstones. */
function owned<T extends Indexed>(binary: T, owners: Owners): T {
  if (binary.key.type !== 'Binary') return binary;
  const { index } = binary;
  const shares = contextsOf(binary).flatMap(key => owners.get(nameOf(key)) ?? []);
  const added = shares.map(share => `Binary|${share}`);
  const form = index.postings.some(isGone) ? gone : (posting: string) => posting;
  return { ...binary, index: { ...index, postings: [...new Set([...index.postings, ...added.map(form)])] } };
}

/**
 * The Binaries of contexts that change hands, with entries that follow; those the change set writes itself left out. A Binary
 * of theirs that is written meanwhile fails the commit, which is then tried again.
 */
async function followersOf(store: Store, puts: readonly Put[], parts: BinaryOwnersParts): Promise<ChangeSet> {
  const moved = await movedOf(store, puts.filter(mayMove), parts);
  const owners = new Map(moved.map(put => [nameOf(put.key), sharesIn(put.index.postings)]));
  const written = new Set(puts.map(({ key }) => nameOf(key)));
  const partitions = [...Map.groupBy(moved, ({ key }) => key.partition)];
  const found = await Promise.all(
    partitions.map(([partition, some]) => binariesOf(store, partition, some, parts.clock.now() + PATIENCE)),
  );
  const rows = found.flatMap(one => one.rows).filter(({ key }) => !written.has(nameOf(key)));
  return {
    reindex: await Promise.all(rows.map(async row => owned(await reindexed(row, parts), owners))),
    unchanged: rows.map(({ key, version }) => ({ key, version })),
    criteria: found.map(({ criterion }) => criterion),
  };
}

/** Contexts that belong to other patients than before. */
async function movedOf(store: Store, puts: readonly Put[], parts: BinaryOwnersParts): Promise<readonly Put[]> {
  const earlier = puts.filter(({ version }) => version > 1).map(({ key }) => key);
  const read = earlier.length === 0 ? [] : await store.read(earlier);
  const before = new Map(earlier.map((key, at) => [nameOf(key), ownersOf(read[at], parts)]));
  const inWords = (owners: readonly string[]): string => owners.toSorted().join(' ');
  return puts.filter(({ key, index }) => inWords(before.get(nameOf(key)) ?? []) !== inWords(sharesIn(index.postings)));
}

/** All live Binaries of these contexts. */
async function binariesOf(
  store: Store,
  partition: string,
  contexts: readonly Put[],
  deadline: number,
): Promise<{ rows: Version[]; criterion: Criterion }> {
  const names = contexts.map(({ key }) => `${key.type}/${key.id}`);
  const part = { type: 'Binary', where: anyPosting('Binary', 'context', names) };
  const rows: Version[] = [];
  let after: Position | undefined;
  do {
    const page = await store.search({
      ...{ partition, of: [part], sort: [], limit: PAGE, deadline },
      ...(after && { after }),
    });
    rows.push(...page.rows);
    after = page.next;
  } while (after);
  return { rows, criterion: { partition, ...part, ids: rows.map(({ key }) => key.id) } };
}

async function reindexed({ key, version, at, json }: Version, { index }: BinaryOwnersParts): Promise<Reindex> {
  return { key, version, index: await index(parseStored<Resource>(json), at, key.partition) };
}
