/**
 * The Store port narrowed to one actor: matches, chains, counts, history and conditional look-ups all pass through the
 * policy, and every write is checked against it on the version before and on the new one.
 */
import { defined } from '../fhir/defined.js';
import { Fault } from '../fhir/fault.js';
import { parseStored } from '../fhir/json.js';
import type { Resource } from '../fhir/resource.js';
import { isContainedType, plainType } from '../search/contained.js';
import { and, or } from '../search/filters.js';
import type { Filter, Search } from '../search/query.js';
import { mergeChangeSets } from '../store/change-set.js';
import type { ChangeSet, Criterion, HistoryQuery, Page, Past, Store, Version } from '../store/port.js';
import { tombstone } from './compartment-paths.js';
import type { Policy } from './policy.js';
import { project } from './project.js';
import { narrowed, refuseHiddenSort, withoutChains, type Visible } from './narrow.js';
import type { Need } from './scope.js';
import { seenInside } from './seen-inside.js';
import { checkWrites } from './write-check.js';

/** Changes that the portal's rules add to the caller's: committed with them, by the server's authority. */
export interface GuardedChanges extends ChangeSet {
  readonly consequences?: ChangeSet;
}

export interface GuardedStore extends Store {
  /** What a commit checks before it writes: rejects where the caller may not make these changes. */
  check(changes: GuardedChanges): Promise<void>;
  commit(changes: GuardedChanges): Promise<void>;
}

/**
 * @param need of the request: the type it names (`*`: each) is narrowed by the scopes for this need alone, all other types by
 *   those to read or search
 * @param caller whose searches they are
 */
export function guard(store: Store, policy: Policy, need?: Need, caller?: string): GuardedStore {
  const own = defined({ caller });
  const plain: Visible = type =>
    need && names(need, type) ? granted(policy, { ...need, type }) : policy.visible(type);
  const visible: Visible = type => (isContainedType(type) ? seenInside(plainType(type), plain, policy) : plain(type));
  const orGone = (type: string): Filter => withTombstones(visible(type));
  /** A resource may have changed hands or kind: of its past, actors see what they would have seen then. */
  const pastOf = (type: string): Past => withoutChains(and([orGone(type), policy.past(type)]));
  const narrowSearch = <S extends Pick<Search, 'of'>>(search: S): S => ({
    ...search,
    ...own,
    of: search.of.map(({ type, where }) => ({ type, where: narrowed(type, where, visible, policy) })),
  });
  const narrowHistory = <H extends Pick<HistoryQuery, 'of' | 'past'>>(query: H): H => ({
    ...query,
    ...own,
    of: query.of.map(one => ({ ...one, where: and([one.where, orGone(one.type)]) })),
    past: Object.fromEntries(query.of.map(({ type }) => [type, pastOf(type)])),
  });
  const narrowCriterion = (criterion: Criterion): Criterion => ({
    ...criterion,
    where: narrowed(criterion.type, criterion.where, visible, policy),
  });
  const read: Store['read'] = async (keys, where) => {
    if (keys.every(({ type }) => visible(type).kind === 'all')) return cut(await store.read(keys, where), policy);
    return cut(await store.read(keys, type => and([where?.(type) ?? { kind: 'all' }, orGone(type)])), policy);
  };
  const page = ({ rows, ...rest }: Page): Page => ({ ...rest, rows: cut(rows, policy) as Version[] });

  return {
    read,
    async version(key, version) {
      const [current] = await read([key]);
      return current && cut([await store.version(key, version, pastOf(key.type))], policy)[0];
    },
    async search(search) {
      refuseHiddenSort(search.sort, policy);
      return page(await store.search(narrowSearch(search)));
    },
    count: (search, limit) => store.count(narrowSearch(search), limit),
    async tally(query) {
      if (visible(query.type).kind === 'all') return store.tally({ ...query, ...own });
      throw new Fault('forbidden', `Not all of ${query.type} is open to this token.`);
    },
    history: async query => page(await store.history(narrowHistory(query))),
    countHistory: (query, limit) => store.countHistory(narrowHistory(query), limit),
    async scan(partition, type, limit, after) {
      const { rows, ...rest } = await store.scan(partition, type, limit, after);
      const seen = await read(rows.map(({ key }) => key));
      return { ...rest, rows: seen.filter(version => version !== undefined && !version.deleted) as Version[] };
    },
    check: ({ puts = [] }) => checkWrites(store, policy, puts),
    async commit({ consequences = {}, ...changes }) {
      await checkWrites(store, policy, changes.puts ?? []);
      const criteria = (changes.criteria ?? []).map(narrowCriterion);
      await store.commit(mergeChangeSets({ ...changes, criteria }, consequences));
    },
    close: () => Promise.reject(new Error('a guarded store is not closed; the store that it guards is')),
  };
}

/** By the filter: a policy's are the same for all requests of its actor, and stores know again what they are asked again. */
const tombstones = new WeakMap<Filter, Filter>();

/** Deletions too, for actors who saw what was deleted. */
function withTombstones(filter: Filter): Filter {
  const known = tombstones.get(filter) ?? (filter.kind === 'all' ? filter : or([filter, tombstone(filter)]));
  tombstones.set(filter, known);
  return known;
}

const names = (need: Need, type: string): boolean => need.type === type || (need.type === '*' && 'permission' in need);

/**
 * The resources of a type that the need gives access to. An operation's scope adds to what the caller may read; a condition
 * of a create finds only what the caller may read.
 */
function granted(policy: Policy, need: Need): Filter {
  if ('operation' in need) return and([or([policy.reach(need), policy.visible(need.type)]), policy.does(need)]);
  return need.permission === 'c' ? policy.visible(need.type) : policy.reach(need);
}

/** Versions as the actor may see them; the same objects where nothing is hidden. */
function cut(versions: readonly (Version | undefined)[], policy: Policy): (Version | undefined)[] {
  return versions.map(version => {
    if (!version || version.deleted) return version;
    const { hidden, of } = policy.view(version.key.type, version.key.id);
    if (hidden.size === 0) return version;
    const resource = parseStored<Resource>(version.json);
    return of?.(resource) === false ? version : { ...version, json: JSON.stringify(project(resource, hidden)) };
  });
}
