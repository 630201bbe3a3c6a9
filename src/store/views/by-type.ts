/**
 * A store of which one type of one partition lives in a store of its own. A search over both merges their pages; the type
 * has no history.
 */
import type { IndexEntries, Search } from '../../search/query.js';
import type { Key, Store, Version } from '../port.js';
import { crosses, inOneStore, type Crossing } from './cross-type.js';
import { delegating } from './delegating.js';
import { mergedSearch } from './merged-search.js';

export interface OwnType {
  readonly partition: string;
  readonly type: string;
  readonly store: Store;
  /** The index entries of a version of any type in the partition. */
  readonly index: (version: Version) => IndexEntries;
}

export function byType(rest: Store, own: OwnType): Store {
  const view: Store = {
    ...delegating(rest),
    ...readsOf(rest, own),
    ...searchesOf(rest, own, search => view.search(search)),
    ...historyOf(rest, own),
  };
  return view;
}

const isOwn = (own: OwnType, { partition, type }: Pick<Key, 'partition' | 'type'>): boolean =>
  type === own.type && partition === own.partition;

function readsOf(rest: Store, own: OwnType): Pick<Store, 'read' | 'version' | 'scan' | 'tally'> {
  const storeOf = (key: Pick<Key, 'partition' | 'type'>): Store => (isOwn(own, key) ? own.store : rest);
  return {
    async read(keys, where) {
      if (!keys.some(key => isOwn(own, key))) return rest.read(keys, where);
      const owned = keys.filter(key => isOwn(own, key));
      const others = keys.filter(key => !isOwn(own, key));
      const [fromOwn, fromRest] = [await own.store.read(owned, where), await rest.read(others, where)];
      return keys.map(key => (isOwn(own, key) ? fromOwn.shift() : fromRest.shift()));
    },
    version: (key, version, past) => storeOf(key).version(key, version, past),
    tally: query => storeOf(query).tally(query),
    scan: (partition, type, limit, after) => storeOf({ partition, type }).scan(partition, type, limit, after),
  };
}

/** @param search of the whole view */
function searchesOf(rest: Store, own: OwnType, search: Store['search']): Pick<Store, 'search' | 'count' | 'commit'> {
  const { partition, type: ownType, index } = own;
  const crossing: Crossing = { type: ownType, index, search: one => search({ partition, ...one }) };

  async function resolved<S extends Pick<Search, 'partition' | 'of' | 'deadline'>>(query: S): Promise<S> {
    if (query.partition !== partition) return query;
    if (!query.of.some(({ type, where }) => crosses(ownType, type, where))) return query;
    const of: Search['of'][number][] = [];
    for (const { type, where } of query.of) {
      of.push({ type, where: await inOneStore(crossing, type, where, query.deadline) });
    }
    return { ...query, of };
  }
  /** The parts of a search by store; undefined where there is none. */
  const parted = <S extends Pick<Search, 'partition' | 'of'>>(query: S): { owned?: S; others?: S } => {
    const owned = query.of.filter(({ type }) => isOwn(own, { partition: query.partition, type }));
    if (owned.length === 0) return { others: query };
    const others = query.of.filter(({ type }) => type !== ownType);
    return others.length === 0
      ? { owned: query }
      : { owned: { ...query, of: owned }, others: { ...query, of: others } };
  };
  return {
    async search(query) {
      const direct = await resolved(query);
      const { owned, others } = parted(direct);
      if (!owned) return rest.search(direct);
      return others ? mergedSearch(direct, [own.store, owned], [rest, others], index) : own.store.search(owned);
    },
    async count(query, limit) {
      const { owned, others } = parted(await resolved(query));
      const counts = [owned ? await own.store.count(owned, limit) : 0, others ? await rest.count(others, limit) : 0];
      return Math.min(limit, counts[0]! + counts[1]!);
    },
    async commit(changes) {
      // What lives in a store of its own is not written through this view: conditions on it need not hold any longer.
      const criteria = (changes.criteria ?? []).filter(one => !isOwn(own, one));
      const unchanged = (changes.unchanged ?? []).filter(({ key }) => !isOwn(own, key));
      const direct = criteria.map(async criterion => {
        const { type, where } = criterion;
        return criterion.partition === partition && crosses(ownType, type, where)
          ? { ...criterion, where: await inOneStore(crossing, type, where, Infinity) }
          : criterion;
      });
      return rest.commit({ ...changes, criteria: await Promise.all(direct), unchanged });
    },
  };
}

function historyOf(rest: Store, own: OwnType): Pick<Store, 'history' | 'countHistory'> {
  const versioned = <Q extends { partition: string; of: readonly { type: string }[] }>(query: Q): Q | undefined => {
    const of = query.of.filter(({ type }) => !isOwn(own, { partition: query.partition, type }));
    if (of.length === query.of.length) return query;
    return of.length === 0 ? undefined : { ...query, of };
  };
  return {
    async history(query) {
      const kept = versioned(query);
      return kept ? rest.history(kept) : { rows: [] };
    },
    async countHistory(query, limit) {
      const kept = versioned(query);
      return kept ? rest.countHistory(kept, limit) : 0;
    },
  };
}
