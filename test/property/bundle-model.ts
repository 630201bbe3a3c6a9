/**
 * What transactions and batches come to, by the specification alone: a world of Patients by key, and what each kind of
 * entry does to it, on an endpoint whose conditional delete takes all that match. Entries of one Bundle are about
 * different keys, so that their order does not matter.
 * https://hl7.org/fhir/R4/http.html#transaction
 */
import fc from 'fast-check';

/** One resource as a client knows it. */
export interface Known {
  version: number;
  deleted: boolean;
  family: string;
}

/** Resources by id, of one key. Those made by POST have ids that only the server's answer tells: `?1`, `?2` here. */
export type Shelf = Readonly<Record<string, Known>>;

export type World = readonly Shelf[];

export const KEYS = 3;

const WRITES = [
  'put',
  'put-if-match',
  'post',
  'post-if-none',
  'put-where',
  'patch-where',
  'delete',
  'delete-where',
  /** A deletion, and a conditional create that must not meet what is deleted. */
  'replace',
] as const;

const READS = [
  'get',
  /** A conditional patch that changes nothing. */
  'touch-where',
  /** An Observation about the one resource of this key. */
  'refer',
] as const;

export type Kind = (typeof WRITES)[number] | (typeof READS)[number] | 'invalid';

export interface EntryPlan {
  key: number;
  kind: Kind;
  /** Whether If-Match names the version that was there before the round. */
  right: boolean;
}

export interface BundlePlan {
  type: 'batch' | 'transaction';
  entries: EntryPlan[];
}

const entryPlans = fc.record({
  key: fc.nat(KEYS - 1),
  kind: fc.constantFrom<Kind>(...WRITES, ...WRITES, ...READS, 'invalid'),
  right: fc.boolean(),
});
const entryLists = fc.uniqueArray(entryPlans, { minLength: 1, maxLength: KEYS, selector: ({ key }) => key });

/** Rounds of what is sent at once: one batch, or up to three transactions. */
export const rounds = fc.array(
  fc.oneof(
    entryLists.map((entries): BundlePlan[] => [{ type: 'batch', entries }]),
    fc.array(
      entryLists.map((entries): BundlePlan => ({ type: 'transaction', entries })),
      { minLength: 1, maxLength: 3 },
    ),
  ),
  { minLength: 1, maxLength: 6 },
);

/** An entry as it was sent. */
export interface Sent extends EntryPlan {
  /** The id that its key goes by, `r1-0`. */
  id: string;
  /** What the resource says now, sent by nobody else. */
  family: string;
  /** The version its If-Match names. */
  match: number;
}

const live = (shelf: Shelf): [string, Known][] => Object.entries(shelf).filter(([, { deleted }]) => !deleted);

const next = (known: Known | undefined, family: string): Known => ({
  version: (known?.version ?? 0) + 1,
  deleted: false,
  family,
});

function written(shelf: Shelf, id: string, family: string): [number, Shelf] {
  const known = shelf[id];
  return [known && !known.deleted ? 200 : 201, { ...shelf, [id]: next(known, family) }];
}

function deleted(shelf: Shelf, id: string): Shelf {
  const known = shelf[id];
  if (!known || known.deleted) return shelf;
  return { ...shelf, [id]: { ...known, version: known.version + 1, deleted: true } };
}

/** What a condition that must match one comes to where it does not. */
const unless = (there: readonly unknown[], none: number): number | undefined =>
  there.length === 1 ? undefined : there.length === 0 ? none : 412;

/** The status of an entry, and its shelf afterwards. */
function does(shelf: Shelf, sent: Sent, type: BundlePlan['type']): [number, Shelf] {
  const { kind, id, family, match } = sent;
  const there = live(shelf);
  const [only] = there;
  const fresh = `?${family}`;
  switch (kind) {
    case 'put':
      return written(shelf, id, family);
    case 'put-if-match':
      // A deletion is a version too, whose ETag comes with the 410.
      return shelf[id]?.version === match ? written(shelf, id, family) : [412, shelf];
    case 'post':
      return written(shelf, fresh, family);
    case 'post-if-none':
      if (there.length > 1) return [412, shelf];
      return only ? [200, shelf] : written(shelf, fresh, family);
    case 'put-where':
      if (there.length > 1) return [412, shelf];
      return written(shelf, only?.[0] ?? fresh, family);
    case 'patch-where':
      return unless(there, 404) === undefined ? written(shelf, only![0], family) : [unless(there, 404)!, shelf];
    case 'touch-where':
      return [unless(there, 404) ?? 200, shelf];
    case 'refer':
      return [type === 'batch' ? 400 : (unless(there, 412) ?? 201), shelf];
    case 'delete':
      return [204, deleted(shelf, id)];
    case 'replace':
      return does(deleted(shelf, id), { ...sent, kind: 'post-if-none' }, type);
    case 'delete-where':
      return [204, there.reduce((rest, [one]) => deleted(rest, one), shelf)];
    case 'get':
      return [shelf[id] ? (shelf[id].deleted ? 410 : 200) : 404, shelf];
    case 'invalid':
      return [422, shelf];
  }
}

/** What a Bundle comes to: the status of each entry, and the world afterwards; as it was, where a transaction fails. */
export function apply(world: World, type: BundlePlan['type'], entries: readonly Sent[]): [number[], World] {
  const after = [...world];
  const statuses = entries.map(entry => {
    const [status, shelf] = does(world[entry.key]!, entry, type);
    after[entry.key] = shelf;
    return status;
  });
  const fails = type === 'transaction' && statuses.some(status => status >= 400);
  return [statuses, fails ? world : after];
}

/** A world as it can be compared: ids that the server gave are told by what their resources say. */
export const shown = (world: World): string[][] =>
  world.map(shelf =>
    live(shelf)
      .map(([id, { version, family }]) => `${id.startsWith('?') ? '?' : id}/${version} ${family}`)
      .toSorted(),
  );
